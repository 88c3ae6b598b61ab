// chatos-dump -Y: passes on the records that a filter accepts.
#pragma once

#include "dump/filter/filter.hpp"
#include "dump/record/record.hpp"

#include <utility>

namespace chatos::dump {

/// Replaces rejected packets by hidden_packet, and rejected events that lose bytes by hidden_loss; events of no
/// stream are left out, other records pass. The account at the end is still that of the whole input.
class filter_sink final : public record_sink {
public:
    /// `next` must outlive the sink.
    filter_sink(filter accepted, record_sink& next) : filter_{std::move(accepted)}, next_{next} {}

    void take(const any_record& record) override;

private:
    filter filter_;
    record_sink& next_;
};

}  // namespace chatos::dump
