// The parts of a row that dies before they are read.
// Refused: deleted
#include <chatos/layout.hpp>

#include <cstddef>

std::size_t misuse(chatos::opcode op) {
#ifdef CHATOS_MISUSE
    return chatos::packet_layout{chatos::layout_of(op)}.parts().size();
#else
    return chatos::layout_of(op).parts().size();
#endif
}
