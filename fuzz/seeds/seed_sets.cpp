#include "seeds/seed_sets.hpp"

#include "seeds/packet_seeds.hpp"
#include "seeds/text_seeds.hpp"

#ifdef CHATOS_PROGRAM_SEEDS
#include "seeds/dump_seeds.hpp"
#endif

namespace chatos::fuzz {

std::vector<seed_set> make_seed_sets() {
    std::vector<seed_set> sets{
        {"packets", make_packet_seeds(), make_packet_dictionary()},
        {"utf8", make_utf8_seeds(), make_packet_dictionary()},
        {"encode", make_encode_seeds(), {}},
    };
#ifdef CHATOS_PROGRAM_SEEDS
    sets.push_back({"dump", make_dump_seeds(), make_packet_dictionary()});
#endif
    return sets;
}

}  // namespace chatos::fuzz
