// make_spm() given a pseudo that dies before the packet is encoded.
// Refused: deleted
#include <chatos/packet.hpp>

#include <string>

chatos::packet_view misuse(const std::string& text) {
#ifdef CHATOS_MISUSE
    return chatos::make_spm(text + "!", "hi");
#else
    return chatos::make_spm(text, "hi");
#endif
}
