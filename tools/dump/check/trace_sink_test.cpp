// What the judge gets to know of a capture besides packets.
#include "dump/check/trace_sink.hpp"
#include "dump/output/output.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

namespace chatos::dump {
namespace {

using namespace testing;

class kept_trace final : public trace_sink {
public:
    kept_trace() : trace_sink{nullptr, nullptr} {}
    conformance::trace trace;

private:
    void capture_ended(captured_trace& capture) override { trace = std::move(capture.trace); }
    void all_captures_ended() override {}
};

conformance::connection connection_of(const std::vector<segment>& segments) {
    kept_trace kept;
    output out;
    (void)dump_frames(kept, out, frames_of(segments));
    return kept.trace.connections.empty() ? conformance::connection{} : kept.trace.connections.front();
}

TEST(TraceSink, a_connection_opens_with_the_first_syn_of_its_client) {
    const std::vector<segment> late{opening(9), opening(9), server(99, {}, syn | ack, 10), client(10, cr_bob)};
    const conformance::connection opened = connection_of(late);
    ASSERT_FALSE(opened.from(conformance::side::client).packets.empty());
    const std::int64_t login_ns = opened.from(conformance::side::client).packets.front().time_ns;
    EXPECT_EQ(login_ns - opened.opened_ns, 3'000'000) << "frames are a millisecond apart";
    EXPECT_EQ(connection_of({server(99, {}, syn | ack, 10), client(10, cr_bob)}).opened_ns, 0);
    EXPECT_EQ(connection_of({client(10, cr_bob)}).opened_ns, 0);
}

}  // namespace
}  // namespace chatos::dump
