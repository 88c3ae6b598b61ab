#include "dump/ladder/ladder_sink.hpp"

#include "base/shown_text.hpp"
#include "dump/record/capture_place.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/event_detail.hpp"
#include "dump/text/packet_words.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace chatos::dump {

namespace {

/// A page begins with the ends of the one before, so that columns stay where they are, unless there are more.
constexpr std::size_t kept_ends_max = 16;

void add_upper_case(output& out, std::string_view word) {
    for (const char letter : word) {
        out.add(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
    }
}

}  // namespace

std::size_t ladder_sink::end_of(const record_place& at, bool is_client) {
    const auto add_end = [this](std::string name, bool is_server) {
        page_.ends.push_back({.name = std::move(name), .is_server = is_server});
        return page_.ends.size() - 1;
    };
    const stream_ends* const ends = at.capture == nullptr ? nullptr : at.capture->ends;
    if (is_client) {
        const auto found = clients_.find(at.stream);
        if (found != clients_.end()) {
            return found->second;
        }
        std::string name =
            ends != nullptr ? endpoint_text(ends->client, ends->ip_version) : "client " + std::to_string(at.stream);
        return clients_[at.stream] = add_end(std::move(name), false);
    }
    std::string name = ends != nullptr ? endpoint_text(ends->server, ends->ip_version) : "server";
    const auto found = servers_.find(name);
    if (found != servers_.end()) {
        return found->second;
    }
    const std::size_t place = add_end(name, ends != nullptr);
    return servers_[std::move(name)] = place;
}

/// Two ends at most come with a record.
bool ladder_sink::has_room(const record_place& at) const {
    return page_.rows.size() < bounds_.rows_max &&
           (page_.ends.size() + 2 <= bounds_.ends_max || clients_.contains(at.stream));
}

void ladder_sink::add(base::chart_mark mark, const record_place& at, bool is_wrong, const output& label) {
    if (!has_room(at)) {
        if (!bounds_.goes_on) {
            ++page_.rows_left_out;
            return;
        }
        draw();
    }
    const std::size_t server = end_of(at, false);
    const std::size_t client = end_of(at, true);
    const bool is_from_client = at.way == direction::client_to_server;
    ladder_row row;
    row.shown.mark = mark;
    row.shown.from = is_from_client ? client : server;
    row.shown.to = is_from_client ? server : client;
    row.shown.is_wrong = is_wrong;
    row.shown.is_answer = label.text().starts_with("ERROR");
    row.shown.label = label.text();
    row.offset = at.offset;
    if (at.capture != nullptr) {
        row.time = at.capture->mark.time;
        row.frame = at.capture->mark.frame;
        row.capture = capture_;
    }
    page_.rows.push_back(std::move(row));
}

void ladder_sink::on(const packet_record& record) {
    output label;
    label.add_padded(packet_name(record.packet.op), packet_name_columns);
    add_packet_words(label, record.packet);
    const std::string_view wrong = wrong_direction_words(record);
    if (!wrong.empty()) {
        label.add("  <- ");
        label.add(wrong);
    }
    add(base::chart_mark::message, record.at, !wrong.empty(), label);
    names_.learn(record);
}

void ladder_sink::on(const malformed_record& record) {
    output label;
    label.add("MALFORMED  ");
    label.add(rule_of(record.error.what));
    label.add(", ");
    add_malformed_detail(label, record);
    label.add(record.was_guessed ? "; a boundary is looked for" : "; nothing is decoded from here on");
    add(base::chart_mark::broken, record.at, true, label);
}

void ladder_sink::on(const incomplete_record& record) {
    output label;
    label.add("INCOMPLETE  ");
    add_incomplete_detail(label, record);
    add(base::chart_mark::broken, record.at, true, label);
}

void ladder_sink::on(const event_record& record) {
    const bool is_torn = record.kind == event_kind::gap || record.kind == event_kind::truncated;
    const bool is_harmless = record.kind == event_kind::midstream || record.kind == event_kind::resync;
    output label;
    add_upper_case(label, event_name(record.kind));
    label.add("  ");
    add_event_detail(label, record);
    const base::chart_mark mark = is_torn                               ? base::chart_mark::torn
                                  : record.kind == event_kind::unframed ? base::chart_mark::broken
                                                                        : base::chart_mark::remark;
    add(mark, record.at, !is_harmless, label);
}

void ladder_sink::on(const capture_start& start) {
    ++capture_;
    if (page_.first.digits == 0) {
        page_.first = start.first_frame;
    }
}

/// Records come in the order of their streams: what waited for lost bytes is told late.
void ladder_sink::sort_rows() {
    std::ranges::stable_sort(page_.rows, {}, [](const ladder_row& row) { return std::pair{row.capture, row.frame}; });
    for (std::size_t index = 1; index < page_.rows.size(); ++index) {
        ladder_row& row = page_.rows[index];
        const ladder_row& before = page_.rows[index - 1];
        row.shown.repeats_time =
            row.time.digits != 0 && row.frame != 0 && row.frame == before.frame && row.capture == before.capture;
    }
}

void ladder_sink::name_ends() {
    for (const auto& [stream, place] : clients_) {
        if (const std::string_view name = names_.of(stream); !name.empty()) {
            page_.ends[place].pseudo = base::quoted(name);
        }
    }
}

void ladder_sink::draw() {
    sort_rows();
    name_ends();
    canvas_.draw(page_);
    page_.rows.clear();
    is_first_page_ = false;
    if (page_.ends.size() > kept_ends_max) {
        page_.ends.clear();
        servers_.clear();
        clients_.clear();
    }
}

void ladder_sink::on(const input_pause& /*pause*/) {
    if (bounds_.goes_on && !page_.rows.empty()) {
        draw();
    }
}

void ladder_sink::on(const totals& account) {
    if (!page_.rows.empty() || is_first_page_) {
        draw();
    }
    if (next_ != nullptr) {
        next_->take(account);
    }
}

}  // namespace chatos::dump
