#include "dump/ladder/ladder_sink.hpp"

#include "base/shown_text.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/record_text.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace chatos::dump {

namespace {

/// A page keeps the lifelines of the one before, so that columns do not move, unless there are more.
constexpr std::size_t kept_lifelines_max = 16;

void add_upper_case(output& out, std::string_view word) {
    for (const char letter : word) {
        out.add(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
    }
}

}  // namespace

std::size_t ladder_sink::lifeline_of(const stream_position& at, bool is_client) {
    const auto add_lifeline = [this](std::string name, bool is_server) {
        chart_.lifelines.push_back({.name = std::move(name), .is_server = is_server});
        return chart_.lifelines.size() - 1;
    };
    const stream_endpoints* const endpoints = at.capture == nullptr ? nullptr : at.capture->endpoints;
    if (is_client) {
        const auto position = clients_.find(at.stream);
        if (position != clients_.end()) {
            return position->second;
        }
        std::string name = endpoints != nullptr ? endpoint_text(endpoints->client, endpoints->ip_version)
                                                : "client " + std::to_string(at.stream);
        return clients_[at.stream] = add_lifeline(std::move(name), false);
    }
    std::string name = endpoints != nullptr ? endpoint_text(endpoints->server, endpoints->ip_version) : "server";
    const auto position = servers_.find(name);
    if (position != servers_.end()) {
        return position->second;
    }
    const std::size_t place = add_lifeline(name, endpoints != nullptr);
    return servers_[std::move(name)] = place;
}

/// A record adds at most two lifelines.
bool ladder_sink::has_room(const stream_position& at) const {
    return chart_.rows.size() < bounds_.rows_max &&
           (chart_.lifelines.size() + 2 <= bounds_.lifelines_max || clients_.contains(at.stream));
}

void ladder_sink::add(base::chart_mark mark, const stream_position& at, bool is_wrong, const output& label) {
    if (!has_room(at)) {
        if (!bounds_.is_paged) {
            ++chart_.rows_left_out;
            return;
        }
        draw();
    }
    const std::size_t server = lifeline_of(at, false);
    const std::size_t client = lifeline_of(at, true);
    const bool is_from_client = at.direction == stream_direction::client_to_server;
    ladder_row row;
    row.shown.mark = mark;
    row.shown.from = is_from_client ? client : server;
    row.shown.to = is_from_client ? server : client;
    row.shown.is_wrong = is_wrong;
    row.shown.is_answer = label.text().starts_with("ERROR");
    row.shown.is_refusal = row.shown.is_answer && !label.text().starts_with("ERROR  code=0 ");
    row.shown.label = label.text();
    row.offset = at.offset;
    if (at.capture != nullptr) {
        row.time = at.capture->mark.time;
        row.frame = at.capture->mark.frame;
        row.capture = capture_;
    }
    chart_.rows.push_back(std::move(row));
}

void ladder_sink::on(const packet_record& record) {
    output label;
    label.add_padded(packet_name(record.packet.op), packet_name_columns);
    add_packet_summary(label, record.packet);
    const std::string_view wrong = wrong_direction_note(record);
    if (!wrong.empty()) {
        label.add("  <- ", wrong);
    }
    add(base::chart_mark::message, record.at, !wrong.empty(), label);
    names_.learn(record);
}

void ladder_sink::on(const malformed_record& record) {
    output label;
    label.add("MALFORMED  ", rule_of(record.error.what), ", ");
    add_malformed_detail(label, record);
    label.add(record.was_guessed ? "; searching for a boundary" : "; nothing is decoded from here on");
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
    if (chart_.first.digits == 0) {
        chart_.first = start.first_frame;
    }
}

/// Records come in the order of their streams: those that waited for lost bytes are late.
void ladder_sink::sort_rows() {
    std::ranges::stable_sort(chart_.rows, {}, [](const ladder_row& row) { return std::pair{row.capture, row.frame}; });
    for (std::size_t index = 1; index < chart_.rows.size(); ++index) {
        ladder_row& row = chart_.rows[index];
        const ladder_row& before = chart_.rows[index - 1];
        row.shown.repeats_time =
            row.time.digits != 0 && row.frame != 0 && row.frame == before.frame && row.capture == before.capture;
    }
}

void ladder_sink::name_lifelines() {
    for (const auto& [stream, place] : clients_) {
        if (const std::string_view name = names_.of(stream); !name.empty()) {
            chart_.lifelines[place].pseudo = base::quoted(name);
        }
    }
}

void ladder_sink::draw() {
    sort_rows();
    name_lifelines();
    canvas_.draw(chart_);
    chart_.rows.clear();
    is_first_chart_ = false;
    if (chart_.lifelines.size() > kept_lifelines_max) {
        chart_.lifelines.clear();
        servers_.clear();
        clients_.clear();
    }
}

void ladder_sink::on(const input_pause& /*pause*/) {
    if (bounds_.is_paged && !chart_.rows.empty()) {
        draw();
    }
}

void ladder_sink::on(const totals& account) {
    if (!chart_.rows.empty() || is_first_chart_) {
        draw();
    }
    if (next_ != nullptr) {
        next_->take(account);
    }
}

}  // namespace chatos::dump
