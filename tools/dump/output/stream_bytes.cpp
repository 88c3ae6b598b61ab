#include "dump/output/stream_bytes.hpp"

#include "base/hex.hpp"
#include "base/utf8_text.hpp"
#include "base/word_list.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>

namespace chatos::dump {

void stream_bytes::bytes_given(const stream_position& at, std::span<const std::byte> bytes) {
    if (!is_wanted(at)) {
        return;
    }
    if (direction_) {
        out_.add(base::as_text(bytes));
        return;
    }
    if (at.direction == stream_direction::server_to_client) {
        out_.add('\t');
    }
    out_.add(base::to_hex(bytes));
    out_.add('\n');
}

void stream_bytes::segment_taken(const stream_position& at, bool /*is_waiting*/) {
    streams_ = std::max<std::uint64_t>(streams_, std::uint64_t{at.stream} + 1);
}

void stream_bytes::take(const any_record& record) {
    const auto* const event = std::get_if<event_record>(&record);
    if (event == nullptr || !is_wanted(event->at)) {
        return;
    }
    missing_bytes& missing = missing_[static_cast<std::size_t>(event->at.direction)];
    if (event->kind == event_kind::midstream) {
        missing.has_no_start = true;
    } else if (event->kind == event_kind::gap || event->kind == event_kind::truncated) {
        if (missing.places++ == 0) {
            missing.first_offset = event->at.offset;
        }
        missing.bytes += event->bytes;
        if (!direction_) {  // a comment to whatever reads hex text
            out_.add("# ", direction_name(event->at.direction), ": ");
            add_byte_count(out_, event->bytes);
            out_.add(" missing\n");
        }
    }
}

std::string stream_bytes::problem() const {
    if (stream_ < streams_) {
        return {};
    }
    return "there is no stream " + std::to_string(stream_) +
           (streams_ == 0 ? std::string{": the input has none of these ports"}
                          : "; the last one is " + std::to_string(streams_ - 1));
}

std::string stream_bytes::warning() const {
    std::string text;
    for (const stream_direction direction : {stream_direction::client_to_server, stream_direction::server_to_client}) {
        const missing_bytes& missing = missing_[static_cast<std::size_t>(direction)];
        std::string fault;
        if (missing.has_no_start) {
            fault = "its start was not captured";
        }
        if (missing.places != 0) {
            fault += (fault.empty() ? "" : ", and ") + base::counted(missing.bytes, "byte") + " are missing in " +
                     base::counted(missing.places, "place") + ", the first at offset " +
                     std::to_string(missing.first_offset);
        }
        if (!fault.empty()) {
            text += (text.empty() ? "" : "; ") + std::string{direction_name(direction)} + ": " + fault;
        }
    }
    return text.empty() ? text : "stream " + std::to_string(stream_) + ", " + text;
}

}  // namespace chatos::dump
