#include "dump/filter/filter.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/text/endpoint_text.hpp"

#include <compare>
#include <concepts>
#include <optional>

namespace chatos::dump {

namespace {

template <typename Value>
bool compares(filter_operator which, const Value& left, const Value& right) {
    switch (which) {
    case filter_operator::equal: return left == right;
    case filter_operator::not_equal: return !(left == right);
    default: break;
    }
    if constexpr (std::three_way_comparable<Value>) {
        switch (which) {
        case filter_operator::less: return left < right;
        case filter_operator::less_or_equal: return left <= right;
        case filter_operator::greater: return left > right;
        case filter_operator::greater_or_equal: return left >= right;
        default: break;
        }
    }
    return false;
}

bool compares_text(const filter_node& test, std::string_view text) {
    switch (test.which) {
    case filter_operator::is_present: return true;
    case filter_operator::matches: return std::get<text_pattern>(test.value).is_in(text);
    case filter_operator::contains: return text.find(std::get<std::string>(test.value)) != std::string_view::npos;
    default: return compares(test.which, text, std::string_view{std::get<std::string>(test.value)});
    }
}

bool compares_number(const filter_node& test, std::optional<std::uint64_t> number) {
    if (!number) {
        return false;
    }
    return test.which == filter_operator::is_present ||
           compares(test.which, *number, std::get<std::uint64_t>(test.value));
}

bool compares_word(const filter_node& test, std::string_view word) {
    if (word.empty()) {
        return false;
    }
    return test.which == filter_operator::is_present ||
           compares(test.which, word, word_of(test.name, std::get<filter_word>(test.value)));
}

bool compares_end(const filter_node& test, const stream_position& at) {
    if (at.capture == nullptr || at.capture->endpoints == nullptr) {
        return false;
    }
    const stream_endpoints& endpoints = *at.capture->endpoints;
    const endpoint& end =
        test.name == filter_field::src ? sender_of(endpoints, at.direction) : receiver_of(endpoints, at.direction);
    if (test.which == filter_operator::is_present) {
        return true;
    }
    if (test.which == filter_operator::matches || test.which == filter_operator::contains) {
        return compares_text(test, endpoint_buffer{end, endpoints.ip_version}.text());
    }
    const filter_endpoint& wanted = std::get<filter_endpoint>(test.value);
    const bool is_same =
        (!wanted.port || *wanted.port == end.port) &&
        (!wanted.address || (wanted.ip_version == endpoints.ip_version && *wanted.address == end.address));
    return is_same == (test.which == filter_operator::equal);
}

bool compares_time(const filter_node& test, const stream_position& at) {
    if (at.capture == nullptr || at.capture->mark.time.digits == 0) {
        return false;
    }
    const capture_time& time = at.capture->mark.time;
    return test.which == filter_operator::is_present ||
           compares(test.which, filter_timestamp{time.seconds, time.nanoseconds},
                    std::get<filter_timestamp>(test.value));
}

std::optional<std::uint64_t> number_of(filter_field name, const filter_subject& subject) {
    const bool is_packet = subject.packet != nullptr;
    switch (name) {
    case filter_field::code:
        return is_packet && has_part(subject.packet->op, part::error_code)
                   ? std::optional{static_cast<std::uint64_t>(subject.packet->code)}
                   : std::nullopt;
    case filter_field::stream: return subject.at.stream;
    case filter_field::frame:
        return subject.at.capture == nullptr ? std::nullopt : std::optional{subject.at.capture->mark.frame};
    case filter_field::offset: return subject.at.offset;
    case filter_field::length: return is_packet ? std::optional{subject.size} : std::nullopt;
    default: return is_packet ? std::nullopt : std::optional{subject.size};
    }
}

std::string_view word_in(filter_field name, const filter_subject& subject) {
    switch (name) {
    case filter_field::type: return subject.packet != nullptr ? "packet" : "event";
    case filter_field::packet: return subject.packet != nullptr ? packet_name(subject.packet->op) : std::string_view{};
    case filter_field::event: return subject.event;
    default: return direction_name(subject.at.direction);
    }
}

bool holds(const filter_node& test, const filter_subject& subject) {
    switch (test.name) {
    case filter_field::pseudo:
        return subject.packet != nullptr && has_part(subject.packet->op, part::pseudo) &&
               compares_text(test, subject.packet->pseudo);
    case filter_field::message:
        return subject.packet != nullptr && has_part(subject.packet->op, part::message) &&
               compares_text(test, subject.packet->message);
    case filter_field::src:
    case filter_field::dst: return compares_end(test, subject.at);
    case filter_field::time: return compares_time(test, subject.at);
    default: break;
    }
    return value_kind_of(test.name) == value_kind::word ? compares_word(test, word_in(test.name, subject))
                                                        : compares_number(test, number_of(test.name, subject));
}

}  // namespace

bool filter::accepts(std::size_t node, const filter_subject& subject) const {
    const filter_node& part = nodes_[node];
    switch (part.kind) {
    case filter_node_kind::negation: return !accepts(part.left, subject);
    case filter_node_kind::both: return accepts(part.left, subject) && accepts(part.right, subject);
    case filter_node_kind::either: return accepts(part.left, subject) || accepts(part.right, subject);
    case filter_node_kind::comparison: break;
    }
    return holds(part, subject);
}

}  // namespace chatos::dump
