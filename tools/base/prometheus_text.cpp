#include "base/prometheus_text.hpp"

#include <algorithm>

namespace chatos::base {

void prometheus_page::counter(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, "counter", help);
    sample(name, {}, value);
}

void prometheus_page::gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, "gauge", help);
    sample(name, {}, value);
}

void prometheus_page::head(std::string_view name, std::string_view type, std::string_view help) {
    add({"# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n"});
}

void prometheus_page::sample(std::string_view name, std::initializer_list<label> labels, std::string_view value) {
    add({name});
    std::string_view before = "{";
    for (const label& each : labels) {
        add({before, each.name, "=\"", each.value, "\""});
        before = ",";
    }
    add({labels.size() == 0 ? "" : "}", " ", value, "\n"});
}

void prometheus_page::sample(std::string_view name, std::initializer_list<label> labels, std::uint64_t value) {
    sample(name, labels, std::to_string(value));
}

std::string prometheus_page::seconds(std::uint64_t nanoseconds) {
    constexpr std::uint64_t second = 1'000'000'000;
    std::string decimals = std::to_string(second + nanoseconds % second);  // nine digits after a 1
    decimals.erase(std::max<std::size_t>(decimals.find_last_not_of('0') + 1, 2));
    return std::to_string(nanoseconds / second) + "." + decimals.substr(1);
}

void prometheus_page::add(std::initializer_list<std::string_view> pieces) {
    for (const std::string_view piece : pieces) {
        text_ += piece;
    }
}

}  // namespace chatos::base
