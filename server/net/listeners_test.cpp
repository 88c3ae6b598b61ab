// Accepting connections, and pausing.
#include "base/testing/temporary_folder.hpp"
#include "net/listeners.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace chatos::net {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t first_key = 5;
constexpr milliseconds pause_length{100};

struct Listeners : testing::Test {
    Listeners() { EXPECT_EQ(doors.listen({.unix_path = path}).fault, ""); }

    base::descriptor come() const {
        base::descriptor visitor{::socket(AF_UNIX, SOCK_STREAM, 0)};
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(visitor.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
        return visitor;
    }
    std::size_t ready_count() { return ready.wait(milliseconds{0}).size(); }

    base::testing::temporary_folder folder;
    std::string path{folder.path("socket")};
    poller ready;
    listeners doors{ready, first_key};
    core::time_point now{};
};

TEST_F(Listeners, newcomers_are_told_and_let_in_one_by_one) {
    EXPECT_EQ(ready_count(), 0U);
    const base::descriptor client = come();
    const base::descriptor two = come();
    ASSERT_EQ(ready_count(), 1U);
    EXPECT_EQ(ready.wait(milliseconds{0})[0].key, first_key);
    for (int i = 0; i < 2; ++i) {
        const listeners::accept_result next = doors.accept(0);
        EXPECT_TRUE(next.connection.socket.is_open());
        EXPECT_EQ(text_of(next.connection.source), "unix:user-" + std::to_string(::getuid()));
    }
    const listeners::accept_result nobody = doors.accept(0);
    EXPECT_FALSE(nobody.connection.socket.is_open());
    EXPECT_EQ(nobody.fault, "");
}

TEST_F(Listeners, in_a_pause_newcomers_wait_and_are_told_of_afterwards) {
    const base::descriptor client = come();
    doors.pause(0, now + pause_length);
    EXPECT_EQ(ready_count(), 0U);
    EXPECT_EQ(doors.paused_until(), now + pause_length);
    doors.resume(now + pause_length / 2, pause_length);
    EXPECT_EQ(ready_count(), 0U);
    doors.resume(now + pause_length, pause_length);
    EXPECT_EQ(doors.paused_until(), std::nullopt);
    EXPECT_EQ(ready_count(), 1U);
    EXPECT_TRUE(doors.accept(0).connection.socket.is_open());
}

TEST_F(Listeners, who_gave_up_waiting_does_not_keep_those_behind_from_coming_in) {
    static_cast<void>(come());  // and is gone
    const base::descriptor two = come();
    EXPECT_TRUE(doors.accept(0).connection.socket.is_open());
    EXPECT_TRUE(doors.accept(0).connection.socket.is_open());
}

TEST_F(Listeners, closed_they_leave_no_file_and_let_nobody_in) {
    const base::descriptor client = come();
    EXPECT_TRUE(std::filesystem::exists(path));
    doors.close();
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(doors.accept(0).connection.socket.is_open());
    EXPECT_EQ(ready_count(), 0U);
    doors.pause(0, now);
    doors.resume(now, pause_length);
    EXPECT_EQ(ready_count(), 0U);
}

}  // namespace
}  // namespace chatos::net
