#include "net/test_doomed.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {

doomed_client::doomed_client(line spoken) {
    child_ = ::fork();
    if (child_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // Whatever else the test holds is not this client's: nobody's end may wait for it.
        ::dup2(spoken.descriptor(), STDIN_FILENO);
        ::close_range(STDIN_FILENO + 1, ~0U, 0);
        while (true) {
            ::pause();
        }
    }
    EXPECT_GT(child_, 0);
}

void doomed_client::kill() {
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

void die(line spoken) {
    doomed_client{std::move(spoken)}.kill();
}

line join_once_free(const std::string& bound, const std::string& pseudo) {
    line one{bound};
    const std::string taken = wire(make_error(error_code::pseudo_taken));
    std::string answer;
    do {
        one.send(make_cr(pseudo));
        answer = one.receive_bytes(2);
    } while (answer == taken);
    EXPECT_EQ(answer, wire(make_error(error_code::ok))) << pseudo;
    return one;
}

}  // namespace chatos::net::test
