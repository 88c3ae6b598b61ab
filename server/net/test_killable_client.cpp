#include "net/test_killable_client.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {

killable_client::killable_client(connection spoken) {
    child_ = ::fork();
    if (child_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // The client must not keep other descriptors of the test open.
        ::dup2(spoken.descriptor(), STDIN_FILENO);
        ::close_range(STDIN_FILENO + 1, ~0U, 0);
        while (true) {
            ::pause();
        }
    }
    EXPECT_GT(child_, 0);
}

void killable_client::kill() {
    if (child_ <= 0) {
        return;
    }
    EXPECT_EQ(::kill(child_, SIGKILL), 0);
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    EXPECT_TRUE(WIFSIGNALED(status));
}

void kill_client(connection spoken) {
    killable_client{std::move(spoken)}.kill();
}

connection join_when_free(const std::string& bound, const std::string& pseudo) {
    connection client{bound};
    const std::string taken = bytes_of(make_error(error_code::pseudo_taken));
    std::string answer;
    do {
        client.send(make_cr(pseudo));
        answer = client.receive_bytes(2);
    } while (answer == taken);
    EXPECT_EQ(answer, bytes_of(make_error(error_code::ok))) << pseudo;
    return client;
}

}  // namespace chatos::net::test
