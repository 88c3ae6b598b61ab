#include "dump/record_check.hpp"

#include <algorithm>

namespace chatos::fuzz {

void record_check::check(bool holds, std::string_view property, std::string_view detail) {
    if (!holds && !broken_) {
        broken_ = failure{property, std::string{detail} + ", at offset " + std::to_string(end_)};
    }
}

bool record_check::move_to(decode_status status, const dump::stream_position& at, std::span<const std::byte> bytes) {
    check(at.offset == end_, "accounted", "a record does not begin where the one before ended");
    check(at.direction == stream_.direction && at.stream == 0, "agrees", "a record is of another stream");
    if (malformed_open_ || !expected_.next(wanted_) || wanted_.result.status != status) {
        check(false, "agrees", "a record that decode() does not give");
        return false;
    }
    check(std::ranges::equal(bytes, wanted_.bytes), "accounted", "a record holds other bytes than the stream");
    return !broken_;
}

void record_check::take(const dump::any_record& record) {
    std::visit([this](const auto& alternative) { on(alternative); }, record);
    next_.take(record);
}

void record_check::on(const dump::packet_record& record) {
    if (move_to(decode_status::complete, record.at, record.bytes)) {
        check(record.packet == wanted_.result.packet, "agrees", "a packet has other fields than decode() gives");
    }
    end_ += record.bytes.size();
}

void record_check::on(const dump::malformed_record& record) {
    if (move_to(decode_status::malformed, record.at, record.bytes)) {
        check(record.error == wanted_.result.error, "agrees", "another error than decode() gives");
        check(record.lost_bytes >= record.bytes.size() && record.lost_bytes <= stream_.bytes.size() - end_, "accounted",
              "so many bytes are not lost");
    }
    malformed_open_ = true;
}

void record_check::on(const dump::malformed_end& end) {
    const dump::malformed_record& record = end.malformed;
    check(malformed_open_, "agrees", "the end of a malformed packet that never began");
    check(record.at.offset == end_ && record.at.direction == stream_.direction &&
              record.error == wanted_.result.error && std::ranges::equal(record.bytes, wanted_.bytes),
          "agrees", "a malformed packet ends as another one");
    check(record.lost_bytes == stream_.bytes.size() - end_, "accounted", "not all bytes after an error are counted");
    malformed_open_ = false;
    end_ += record.lost_bytes;
}

void record_check::on(const dump::incomplete_record& record) {
    if (move_to(decode_status::incomplete, record.at, record.bytes)) {
        check(record.need == wanted_.result.need, "agrees", "another need than decode() gives");
    }
    end_ += record.bytes.size();
}

void record_check::on(const dump::totals& account) {
    expected_record more;
    check(!malformed_open_, "accounted", "a malformed packet has no end");
    check(end_ == stream_.bytes.size() && !expected_.next(more), "accounted", "the records end before the stream");
    const dump::totals& sums = expected_.account();
    check(account.streams == 1 && account.packets == sums.packets && account.input_bytes == sums.input_bytes &&
              account.packet_bytes == sums.packet_bytes && account.malformed_bytes == sums.malformed_bytes &&
              account.incomplete_bytes == sums.incomplete_bytes,
          "accounted", "the summary's account is not that of the records");
}

}  // namespace chatos::fuzz
