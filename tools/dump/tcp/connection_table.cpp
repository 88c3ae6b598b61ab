#include "dump/tcp/connection_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace chatos::dump {

namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) noexcept {
    hash = (hash ^ value) * 0x9E37'79B9'7F4A'7C15ULL;
    return hash ^ hash >> 32U;
}

std::uint64_t mixed(std::uint64_t hash, const endpoint& end) noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, end.address.bytes.data(), sizeof halves);
    return mixed(mixed(mixed(hash, halves[0]), halves[1]), end.port);
}

}  // namespace

std::size_t connection_key_hash::operator()(const connection_key& key) const noexcept {
    return mixed(mixed(mixed(key.ip_version, key.low), key.high), key.vlan);
}

/// The server is the endpoint with a server port; if both have one, the receiver of the first request.
connection& connection_table::open(entry& at, const decapsulated_frame& frame, bool is_from_low) {
    const tcp_segment& tcp = frame.tcp;
    const bool both = ports_[tcp.source_port] && ports_[tcp.destination_port];
    const bool is_answer = tcp.is_syn && tcp.is_ack;
    const bool is_from_server = both ? is_answer : ports_[tcp.source_port];
    const bool low_is_server = is_from_low == is_from_server;
    const stream_endpoints endpoints{.client = low_is_server ? at.key.high : at.key.low,
                                     .server = low_is_server ? at.key.low : at.key.high,
                                     .ip_version = at.key.ip_version};
    at.stream = std::make_unique<connection>(streams_++, endpoints, context_, account_.bytes);
    ++context_.account.streams;
    return *at.stream;
}

connection& connection_table::find(const connection_key& key, const decapsulated_frame& frame, bool is_from_low) {
    if (const auto position = index_.find(key); position != index_.end()) {
        if (std::next(position->second) != entries_.end()) {
            entries_.splice(entries_.end(), entries_, position->second);
        }
        return *position->second->stream;
    }
    make_room();
    entries_.push_back({key, nullptr});
    index_.emplace(key, std::prev(entries_.end()));
    return open(entries_.back(), frame, is_from_low);
}

void connection_table::make_room() {
    if (entries_.size() < connections_max) {
        return;
    }
    entry& oldest = entries_.front();
    oldest.stream->report_evicted();
    oldest.stream->finish();
    ++account_.evicted;
    index_.erase(oldest.key);
    entries_.pop_front();
}

void connection_table::take(const decapsulated_frame& frame) {
    const endpoint source{frame.ip.source, frame.tcp.source_port};
    const endpoint destination{frame.ip.destination, frame.tcp.destination_port};
    const bool is_from_low = source < destination;
    const connection_key key{is_from_low ? source : destination, is_from_low ? destination : source, frame.ip.vlan,
                             frame.ip.ip_version};
    connection* stream = &find(key, frame, is_from_low);
    const auto direction_of = [&source](const connection& candidate) {
        return source == candidate.endpoints().client ? stream_direction::client_to_server
                                                      : stream_direction::server_to_client;
    };
    if (frame.tcp.is_syn && stream->is_reopened_by(direction_of(*stream), frame.tcp)) {
        stream->finish();
        stream = &open(entries_.back(), frame, is_from_low);
    }
    stream->take(direction_of(*stream), frame.tcp);
    if (context_.budget.is_exceeded()) {
        save_memory();
    }
}

/// Frees a quarter of the budget, so that it takes a while until the next time.
void connection_table::save_memory() {
    const std::size_t wanted = context_.budget.bytes_max / 4 * 3;
    for (entry& item : entries_) {
        if (context_.budget.bytes <= wanted) {
            return;
        }
        const std::size_t before = context_.budget.bytes;
        item.stream->release();
        account_.evicted += context_.budget.bytes < before ? 1 : 0;
    }
}

void connection_table::finish() {
    std::vector<connection*> open;
    for (const entry& item : entries_) {
        open.push_back(item.stream.get());
    }
    std::ranges::sort(open, {}, &connection::stream);
    for (connection* stream : open) {
        stream->finish();
    }
    index_.clear();
    entries_.clear();
}

}  // namespace chatos::dump
