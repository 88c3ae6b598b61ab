#include "seeds/seed_sets.hpp"

#include "seeds/packet_seeds.hpp"
#include "seeds/text_seeds.hpp"

namespace chatos::fuzz {

std::vector<seed_set> make_seed_sets() {
    return {
        {"packets", make_packet_seeds(), make_packet_dictionary()},
        {"utf8", make_utf8_seeds(), make_packet_dictionary()},
        {"encode", make_encode_seeds(), {}},
    };
}

}  // namespace chatos::fuzz
