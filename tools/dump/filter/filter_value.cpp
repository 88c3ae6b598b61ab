#include "dump/filter/filter_value.hpp"

#include "dump/filter/timestamp_text.hpp"
#include "dump/text/endpoint_text.hpp"

#include <chatos/display.hpp>

#include <arpa/inet.h>
#include <array>

namespace chatos::dump {

std::string_view words_of(filter_field name) noexcept {
    switch (name) {
    case filter_field::type: return "packet event";
    case filter_field::packet: return "CR RPM SPM SMA PC ERROR";
    case filter_field::event:
        return "gap truncated conflict malformed incomplete midstream resync reset evicted discarded contested reset_ignored";
    case filter_field::dir: return "c2s s2c";
    default: return {};
    }
}

std::string_view word_of(filter_field name, filter_word which) noexcept {
    std::string_view words = words_of(name);
    for (; which.index != 0; --which.index) {
        const std::size_t space = words.find(' ');
        words = space == std::string_view::npos ? std::string_view{} : words.substr(space + 1);
    }
    return words.substr(0, words.find(' '));
}

namespace {

std::string end_text(const filter_endpoint& end) {
    std::string port = end.port ? ":" + std::to_string(*end.port) : std::string{};
    if (!end.address) {
        return port;
    }
    std::array<char, INET6_ADDRSTRLEN> address{};
    const bool is_long = end.ip_version == 6;
    ::inet_ntop(is_long ? AF_INET6 : AF_INET, end.address->bytes.data(), address.data(), address.size());
    return is_long ? '[' + std::string{address.data()} + ']' + port : address.data() + port;
}

}  // namespace

std::string filter_value_text(filter_field name, const filter_value& value) {
    struct printer {
        filter_field name;

        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(const filter_word& word) const { return std::string{word_of(name, word)}; }
        std::string operator()(std::uint64_t number) const { return std::to_string(number); }
        std::string operator()(const filter_timestamp& when) const { return timestamp_text(when); }
        std::string operator()(const filter_endpoint& end) const { return end_text(end); }
        std::string operator()(const text_pattern& pattern) const { return '"' + pattern.expression() + '"'; }
        std::string operator()(const std::string& text) const {
            std::string quoted{'"'};
            escape(text, [&quoted](std::string_view piece) { quoted += piece; });
            return quoted + '"';
        }
    };
    return std::visit(printer{name}, value);
}

}  // namespace chatos::dump
