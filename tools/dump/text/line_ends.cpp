#include "dump/text/line_ends.hpp"

#include "dump/output/output.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

std::size_t columns_of_name(std::string_view name) {
    return name.empty() ? 0 : 1 + quoted_start_columns(name);
}

}  // namespace

std::string_view line_ends::of(const stream_position& at, std::string_view name, std::string_view claimed) {
    const std::uint64_t number = direction_number(at.stream, at.direction);
    direction_text& slot = directions_[number % slots];
    if (slot.key != number + 1 || slot.columns != columns_ || slot.name != name || !claimed.empty()) {
        slot.key = number + 1;
        slot.name = name;
        format(slot, at, claimed);
    }
    return slot.text;
}

void line_ends::format(direction_text& slot, const stream_position& at, std::string_view claimed) {
    const stream_endpoints& endpoints = *at.capture->endpoints;
    const endpoint_buffer client{endpoints.client, endpoints.ip_version};
    const endpoint_buffer server{endpoints.server, endpoints.ip_version};
    output text;
    text.add("  ");
    const auto add_client = [&] {
        text.add(client.text());
        if (!slot.name.empty()) {
            text.add(' ');
            add_quoted_start(text, slot.name);
        }
    };
    if (at.direction == stream_direction::client_to_server) {
        add_client();
        text.add(" > ", server.text());
    } else {
        text.add(server.text(), " > ");
        add_client();
    }
    text.add(plain_);
    // A line cannot know which ends the lines after it have. So the column has room for a name from the first line of
    // a stream on, and grows in steps.
    constexpr std::size_t name_columns_usual = 11;  // a space, quotes and 8 columns
    const std::size_t ends_columns = client.text().size() + 3 + server.text().size();
    const std::size_t name_columns = columns_of_name(slot.name);
    widen(ends_columns + std::max({name_columns, columns_of_name(claimed), name_columns_usual}));
    const std::size_t taken = ends_columns + name_columns;
    text.add_spaces((columns_ > taken ? columns_ - taken : 0) + 2);
    slot.columns = columns_;
    slot.text = text.text();
}

void line_ends::widen(std::size_t columns) noexcept {
    constexpr std::size_t step = 4;
    constexpr std::size_t columns_max = 100;
    if (columns > columns_) {
        columns_ = std::min(columns_max, (columns + step - 1) / step * step);
    }
}

}  // namespace chatos::dump
