#include "dump/record/forwarding_sinks.hpp"
#include "dump/testing/every_record.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

TEST(forwarding_sinks, a_tee_gives_every_record_to_both) {
    kind_list first;
    kind_list second;
    tee_sink tee{first, second};
    EXPECT_EQ(every_record(0).size(), std::variant_size_v<any_record>);
    for (const any_record& record : every_record(0)) {
        tee.take(record);
    }
    EXPECT_EQ(first.kinds, kinds_of(every_record(0)));
    EXPECT_EQ(second.kinds, kinds_of(every_record(0)));
}

TEST(forwarding_sinks, one_stream_keeps_its_records_and_those_of_no_stream) {
    kind_list shown;
    one_stream_sink sink{3, shown};
    for (const any_record& record : every_record(3)) {
        sink.take(record);
    }
    EXPECT_EQ(shown.kinds, kinds_of(every_record(3)));
    shown.kinds.clear();
    for (const any_record& record : every_record(4)) {
        sink.take(record);
    }
    EXPECT_EQ(shown.kinds, kinds_of({capture_start{}, capture_event{}, input_pause{}, totals{}}));
}

}  // namespace
}  // namespace chatos::dump::testing
