#include "base/system/descriptor.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <utility>

namespace chatos::base {
namespace {

bool is_open_number(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}

TEST(Descriptor, ClosesWhatItOwns) {
    int number = -1;
    {
        const descriptor null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
        number = null.get();
        EXPECT_TRUE(null.is_open());
        EXPECT_TRUE(is_open_number(number));
    }
    EXPECT_FALSE(is_open_number(number));
}

TEST(Descriptor, MovesOwnershipAndClosesWhatItHeldBefore) {
    pipe_ends pipe = open_pipe();
    const int reader = pipe.reader.get();
    const int writer = pipe.writer.get();
    pipe.writer = std::move(pipe.reader);
    EXPECT_EQ(pipe.writer.get(), reader);
    EXPECT_FALSE(pipe.reader.is_open());
    EXPECT_FALSE(is_open_number(writer));
    EXPECT_TRUE(is_open_number(reader));
}

TEST(Descriptor, ReleaseLeavesItOpen) {
    descriptor null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    const descriptor next{null.release()};
    EXPECT_FALSE(null.is_open());
    EXPECT_TRUE(is_open_number(next.get()));
}

}  // namespace
}  // namespace chatos::base
