// make_spm() given a message that dies before the packet is encoded.
// Refused: deleted
#include <chatos/packet.hpp>

#include <string>

chatos::packet_view misuse(const std::string& text) {
#ifdef CHATOS_MISUSE
    return chatos::make_spm("bob", text + "!");
#else
    return chatos::make_spm("bob", text);
#endif
}
