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

TEST(TraceSink, a_later_frame_shows_that_a_side_had_sent_no_more) {
    const auto complete_after_ns = [](const std::vector<segment>& more) {
        std::vector<segment> all{opening(9), server(99, {}, syn | ack, 10), client(10, cr_bob)};
        all.insert(all.end(), more.begin(), more.end());
        const conformance::connection connection = connection_of(all);
        const std::int64_t complete_ns = connection.from(conformance::side::server).complete_at_ns;
        return complete_ns == 0 ? 0 : complete_ns - connection.opened_ns;
    };
    EXPECT_EQ(complete_after_ns({server(100, ok), server(102, {}, ack)}), 4'000'000);
    EXPECT_EQ(complete_after_ns({server(100, ok), server(100, {}, ack)}), 3'000'000) << "an old frame";
    EXPECT_EQ(complete_after_ns({server(102, {}, ack)}), 0) << "the answer is not in the capture";
}

}  // namespace
}  // namespace chatos::dump
