// ERR-3: what strangers do together never takes what innocent clients need.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

origin address(int number) {
    origin result{};
    result.bytes.back() = static_cast<std::byte>(number);
    return result;
}

TEST(Innocents, one_address_takes_half_of_the_places_at_most) {
    network net{{.users_max = 4}};
    const connection_source crowd{address(1), address(1), true};
    for (const char* const pseudo : {"a", "b"}) {
        static_cast<void>(net.join(pseudo, crowd));
    }
    client& third = net.connect(crowd);
    third.send(make_cr("c"));
    EXPECT_EQ(third.take(), packets{"ERROR 2"});
    EXPECT_TRUE(third.saw_end());
    static_cast<void>(net.join("alice", {address(2), address(2), true}));
}

TEST(Innocents, addresses_of_one_network_share_its_places) {
    network net{{.users_max = 9, .users_per_address_max = 1}};
    static_cast<void>(net.join("a", {address(1), address(7), true}));
    client& neighbor = net.connect({address(2), address(7), true});
    neighbor.send(make_cr("b"));
    EXPECT_EQ(neighbor.take(), packets{"ERROR 2"});
}

TEST(Innocents, a_user_that_leaves_makes_room_for_its_address) {
    network net{{.users_max = 9, .users_per_address_max = 1}};
    const connection_source home{address(1), address(1), true};
    net.join("a", home).reset();
    static_cast<void>(net.join("b", home));
}

TEST(Innocents, an_address_without_shares_may_take_every_place) {
    network net{{.users_max = 4}};
    for (const char* const pseudo : {"a", "b", "c", "d"}) {
        static_cast<void>(net.join(pseudo, address(1)));
    }
}

}  // namespace
}  // namespace chatos::core::test
