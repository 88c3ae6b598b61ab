#include "dump/capture/capture_reader.hpp"

namespace chatos::dump {

namespace {

constexpr std::size_t magic_bytes = 4;

}  // namespace

capture_step capture_reader::next(std::span<const std::byte> bytes) {
    if (std::holds_alternative<std::monostate>(format_)) {
        if (bytes.size() < magic_bytes) {
            return capture_step::needs(magic_bytes);
        }
        if (pcap_reader::matches(bytes.first<magic_bytes>())) {
            format_.emplace<pcap_reader>();
        } else if (pcapng_reader::matches(bytes.first<magic_bytes>())) {
            format_.emplace<pcapng_reader>();
        } else {
            return capture_step::fails();
        }
    }
    if (auto* const classic = std::get_if<pcap_reader>(&format_)) {
        return classic->next(bytes);
    }
    return std::get<pcapng_reader>(format_).next(bytes);
}

std::string capture_reader::end(std::span<const std::byte> remaining) const {
    if (std::holds_alternative<std::monostate>(format_)) {
        return remaining.empty() ? std::string{"the file is empty"}
                                 : "the file has only " + std::to_string(remaining.size()) + " bytes";
    }
    const auto* const classic = std::get_if<pcap_reader>(&format_);
    const std::string place =
        classic != nullptr ? classic->unfinished(remaining) : std::get<pcapng_reader>(format_).unfinished(remaining);
    const bool may_end = remaining.empty() && place != "the file's header" && place != "a block";
    return may_end ? std::string{} : "the file ends inside " + place;
}

std::string capture_reader::problem() const {
    if (std::holds_alternative<std::monostate>(format_)) {
        return "it is not a pcap or pcapng file; if it holds the bytes of one direction of a connection, use --raw";
    }
    const auto* const classic = std::get_if<pcap_reader>(&format_);
    return classic != nullptr ? classic->problem() : std::get<pcapng_reader>(format_).problem();
}

}  // namespace chatos::dump
