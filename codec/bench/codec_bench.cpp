// How fast the codec is, beside yardsticks that run on the same bytes in the same process. An item is one packet.
#include "spm.pb.h"
#include "streams.hpp"

#include <chatos/decode_batch.hpp>
#include <chatos/encode.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <simdjson.h>
#include <string>
#include <utility>
#include <vector>

namespace chatos::bench {
namespace {

void count(benchmark::State& state, const stream& input) {
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetItemsProcessed(rounds * static_cast<std::int64_t>(input.packets.size()));
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(input.bytes.size()));
}

/// Every decoder hands its packets to this: a receiver looks at every field.
void use(const packet_view& packet, std::size_t& sum) {
    sum += static_cast<std::size_t>(packet.op) + packet.pseudo.size() + packet.message.size();
    sum ^= reinterpret_cast<std::uintptr_t>(packet.pseudo.data()) +
           reinterpret_cast<std::uintptr_t>(packet.message.data());
}

void decode_all(benchmark::State& state, const stream& input) {
    std::array<packet_view, 128> packets;
    for (auto round : state) {
        std::size_t sum = 0;
        std::span<const std::byte> remaining{input.bytes};
        while (!remaining.empty()) {
            const batch_result result = decode_batch(remaining, packets);
            for (const packet_view& packet : std::span{packets}.first(result.count)) {
                use(packet, sum);
            }
            remaining = remaining.subspan(result.consumed);
            if (result.count == 0) {
                state.SkipWithError("the stream does not decode");
                return;
            }
        }
        benchmark::DoNotOptimize(sum);
    }
    count(state, input);
}

std::size_t big_endian(const std::byte* at, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t index = 0; index < bytes; ++index) {
        value = value << 8U | std::to_integer<std::size_t>(at[index]);
    }
    return value;
}

/// The plainest decoder of SPM packets: framing, then one library call per string.
bool naive_spm(std::span<const std::byte>& remaining, packet_view& packet) {
    if (remaining.size() < 7 || remaining[0] != std::byte{3}) {
        return false;
    }
    const std::size_t pseudo_size = big_endian(&remaining[1], 2);
    if (pseudo_size == 0 || pseudo_size > 255 || remaining.size() < 7 + pseudo_size) {
        return false;
    }
    const std::size_t message_size = big_endian(&remaining[3 + pseudo_size], 4);
    if (message_size > 65'536 || remaining.size() < 7 + pseudo_size + message_size) {
        return false;
    }
    const char* text = reinterpret_cast<const char*>(remaining.data());
    packet = make_spm({text + 3, pseudo_size}, {text + 7 + pseudo_size, message_size});
    remaining = remaining.subspan(7 + pseudo_size + message_size);
    return simdjson::validate_utf8(packet.pseudo.data(), packet.pseudo.size()) &&
           simdjson::validate_utf8(packet.message.data(), packet.message.size());
}

void naive_all(benchmark::State& state, const stream& input) {
    for (auto round : state) {
        std::size_t sum = 0;
        std::span<const std::byte> remaining{input.bytes};
        packet_view packet;
        while (!remaining.empty()) {
            if (!naive_spm(remaining, packet)) {
                state.SkipWithError("the stream does not decode");
                return;
            }
            use(packet, sum);
        }
        benchmark::DoNotOptimize(sum);
    }
    count(state, input);
}

void encode_all(benchmark::State& state, const stream& input) {
    std::vector<std::byte> output(input.bytes.size());
    for (auto round : state) {
        std::span<std::byte> room{output};
        for (const packet_value& packet : input.packets) {
            const encode_result result = encode(packet.view(), room);
            if (result.status != encode_status::ok) {
                state.SkipWithError("a packet does not encode");
                return;
            }
            room = room.subspan(result.size);
        }
        benchmark::ClobberMemory();
    }
    count(state, input);
}

void validate_all(benchmark::State& state, const stream& input) {
    for (auto round : state) {
        bool valid = true;
        for (const std::string_view message : input.messages) {
            valid = valid && simdjson::validate_utf8(message.data(), message.size());
        }
        if (!valid) {
            state.SkipWithError("the messages are not UTF-8");
            return;
        }
        benchmark::DoNotOptimize(valid);
    }
    count(state, input);
}

void copy_all(benchmark::State& state, const stream& input) {
    std::vector<std::byte> output(input.bytes.size());
    for (auto round : state) {
        std::memcpy(output.data(), input.bytes.data(), output.size());
        benchmark::DoNotOptimize(output.data());
        benchmark::ClobberMemory();
    }
    count(state, input);
}

void protobuf_all(benchmark::State& state, const stream& input) {
    std::vector<std::string> encoded;
    for (const packet_value& packet : input.packets) {
        Spm message;
        message.set_pseudo(packet.pseudo);
        message.set_message(packet.message);
        encoded.push_back(message.SerializeAsString());
    }
    Spm parsed;
    for (auto round : state) {
        std::size_t sum = 0;
        for (const std::string& bytes : encoded) {
            if (!parsed.ParseFromString(bytes)) {
                state.SkipWithError("a message does not parse");
                return;
            }
            use(make_spm(parsed.pseudo(), parsed.message()), sum);
        }
        benchmark::DoNotOptimize(sum);
    }
    count(state, input);
}

using body = void (*)(benchmark::State&, const stream&);

void add(const std::string& name, body run, const stream& input) {
    benchmark::RegisterBenchmark(name.c_str(), [run, &input](benchmark::State& state) { run(state, input); });
}

void add_all(std::vector<stream>& streams) {
    const std::pair<const char*, text_kind> kinds[] = {{"ascii", text_kind::ascii}, {"mixed", text_kind::mixed}};
    const std::size_t sizes[] = {16, 64, 256, 1'024, 16'384};
    streams.reserve(std::size(kinds) * std::size(sizes) + 1);  // benchmarks keep references
    for (const auto& [kind_name, kind] : kinds) {
        for (const std::size_t size : sizes) {
            const stream& input = streams.emplace_back(spm_stream(kind, size));
            const std::string tail = std::string{kind_name} + '/' + std::to_string(size);
            add("decode/spm/" + tail, decode_all, input);
            add("naive/spm/" + tail, naive_all, input);
            add("protobuf/spm/" + tail, protobuf_all, input);
            add("encode/spm/" + tail, encode_all, input);
            add("utf8/" + tail, validate_all, input);
            if (kind == text_kind::ascii) {
                add("memcpy/" + std::to_string(size), copy_all, input);
            }
        }
    }
    add("decode/traffic", decode_all, streams.emplace_back(traffic_stream()));
}

}  // namespace
}  // namespace chatos::bench

int main(int argc, char** argv) {
    std::vector<chatos::bench::stream> streams;
    chatos::bench::add_all(streams);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
