#include "attack/attack_table.hpp"

#include <array>

namespace chatos::attack {

namespace {

constexpr std::array table{
    attack{"A", "a tunnel's early bytes, and more in the turn that opens it", "no byte is lost (TUN-2)",
           send_early_bytes},
    attack{"1", "users who read nothing and answer blindly, one sender fills each",
           "the bound closes those that hold most; at most 1% of the innocents' messages are answered 4",
           fill_the_output},
    attack{"2", "messages to thousands of users, pipelined",
           "bystander p99 below 50 ms, /healthz 200, no false time-out", pipeline_messages_to_all},
    attack{"3", "an offer, and messages after it while its recipient decides",
           "a recipient that only decides slowly is not closed", write_after_an_offer},
    attack{"4", "offers to a hundred users at once", "at most 16 are undecided (PC-8); others can still be offered to",
           offer_to_everybody},
    attack{"5", "two accomplices agree on a thousand tunnels, or leave them idle",
           "others still get tunnels; refused ends are answered 4 and closed; idle tunnels end", take_all_tunnels},
    attack{"6", "unregistered connections hold an unfinished packet each",
           "a user who sends a large packet in parts is not closed", hold_unfinished_packets},
    attack{"7", "the server is stopped for longer than its time limits",
           "nothing that arrived meanwhile is late, nobody is closed", stop_the_server},
    attack{"8", "many addresses of one network, or one address",
           "networks count as one address, and one holds at most half", come_from_many_addresses},
    attack{"9", "thousands of bad connections a second", "few log lines, and a count of those left out",
           break_the_protocol},
    attack{"10", "long searches: permissions, ends of one pair, half requests for metrics",
           "none can be made long; scrapes are answered", make_searches_long},
    attack{"11", "one silent user", "a message to all takes its own time limit, which can be chosen apart",
           stay_silent},
};

}  // namespace

std::span<const attack> attacks() noexcept {
    return table;
}

}  // namespace chatos::attack
