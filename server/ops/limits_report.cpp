#include "ops/limits_report.hpp"

#include "base/json_text.hpp"
#include "ops/limit_table.hpp"

#include <algorithm>
#include <string_view>

namespace chatos::ops {

namespace {

std::string padded(std::string_view text, std::size_t width, bool right = false) {
    const std::string gap(text.size() < width ? width - text.size() : 0, ' ');
    return right ? gap + std::string{text} : std::string{text} + gap;
}

std::string padded(std::uint64_t number, std::size_t width) {
    return padded(std::to_string(number), width, true);
}

std::uint64_t bytes_per(std::string_view name, const std::vector<core::memory_item>& items) {
    std::uint64_t all = 0;
    for (const core::memory_item& item : items) {
        all += item.per == name ? item.bytes_each : 0;
    }
    return all;
}

// "1.5 GiB", for easier reading.
std::string rounded(std::uint64_t bytes) {
    constexpr std::string_view names[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t name = 0;
    std::uint64_t tenths = bytes * 10;
    for (; tenths >= 10'240 && name + 1 < std::size(names); ++name) {
        tenths /= 1'024;
    }
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + std::string{names[name]};
}

}  // namespace

std::string limits_text(const service_options& options) {
    std::string text = "Limits\n";
    for (const limit& limit : limits()) {
        text += "  " + padded(limit.flag, 28) + padded(limit.get(options), 12) + " " +
                padded(name_of(limit.counts_in), 6) + std::string{limit.meaning} + "\n";
    }
    const auto items = memory_ceiling(options);
    text += "\nWorst case of memory, in bytes, beyond what an idle server takes\n";
    text += "  " + padded("what", 45) + padded("per", 12) + padded("count", 8, true) + padded("each", 14, true) +
            padded("together", 16, true) + "\n";
    for (const core::memory_item& item : items) {
        text += "  " + padded(item.name, 45) + padded(item.per, 12) + padded(item.count, 8) +
                padded(item.bytes_each, 14) + padded(item.bytes(), 16) + "\n";
    }
    const std::uint64_t all = memory_ceiling_bytes(options);
    text += "  per connection " + std::to_string(bytes_per("connection", items)) + ", per user " +
            std::to_string(bytes_per("user", items)) + " more\n";
    text += "  at most " + std::to_string(all) + " bytes in all, " + rounded(all) + "\n";
    return text;
}

std::string limits_json(const service_options& options) {
    std::string text = "{\"limits\": [";
    std::string_view separator;
    for (const limit& limit : limits()) {
        text += std::string{separator} + "\n  {\"flag\": " + base::json_string(limit.flag) +
                ", \"value\": " + std::to_string(limit.get(options)) +
                ", \"unit\": " + base::json_string(name_of(limit.counts_in)) +
                ", \"meaning\": " + base::json_string(limit.meaning) + "}";
        separator = ",";
    }
    text += "],\n \"memory\": [";
    separator = {};
    const auto items = memory_ceiling(options);
    for (const core::memory_item& item : items) {
        text += std::string{separator} + "\n  {\"what\": " + base::json_string(item.name) +
                ", \"per\": " + base::json_string(item.per) + ", \"count\": " + std::to_string(item.count) +
                ", \"bytes_each\": " + std::to_string(item.bytes_each) +
                ", \"bytes\": " + std::to_string(item.bytes()) + "}";
        separator = ",";
    }
    text += "],\n \"memory_bytes_per_connection\": " + std::to_string(bytes_per("connection", items)) +
            ",\n \"memory_bytes_per_user\": " + std::to_string(bytes_per("user", items)) +
            ",\n \"memory_bytes_max\": " + std::to_string(memory_ceiling_bytes(options)) + "}\n";
    return text;
}

}  // namespace chatos::ops
