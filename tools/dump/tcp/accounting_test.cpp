// Every byte of every followed frame is in the account exactly once, whatever a network or a forger makes of it.
#include "base/seeded_random.hpp"
#include "dump/tcp/connection_table.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

class adding_sink final : public record_sink {
public:
    void take(const any_record& record) override {
        if (const auto* event = std::get_if<event_record>(&record)) {
            discarded_ += event->kind == event_kind::discarded ? event->bytes : 0;
            missing_ += event->kind == event_kind::gap || event->kind == event_kind::truncated ? event->bytes : 0;
        } else if (const auto* incomplete = std::get_if<incomplete_record>(&record)) {
            incomplete_ += incomplete->bytes.size();
        } else if (const auto* packet = std::get_if<packet_record>(&record)) {
            packets_ += packet->bytes.size();
        } else if (const auto* malformed = std::get_if<malformed_end>(&record)) {
            malformed_ += malformed->malformed.lost_bytes;
        } else if (std::holds_alternative<direction_closed>(record)) {
            ++closed_;
        }
    }

    [[nodiscard]] std::uint64_t discarded() const noexcept { return discarded_; }
    [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }
    [[nodiscard]] std::uint64_t incomplete() const noexcept { return incomplete_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    [[nodiscard]] std::uint64_t malformed() const noexcept { return malformed_; }
    [[nodiscard]] std::uint64_t closed() const noexcept { return closed_; }

private:
    std::uint64_t discarded_{0};
    std::uint64_t missing_{0};
    std::uint64_t incomplete_{0};
    std::uint64_t packets_{0};
    std::uint64_t malformed_{0};
    std::uint64_t closed_{0};
};

/// Segments at random, with numbers so near each other that they often fit.
class random_capture {
public:
    explicit random_capture(std::uint64_t seed) : random_{seed} {
        for (int count = 0; count < 200; ++count) {
            constexpr std::array packets{cr_bob, ok, sma_hi, "\x07"sv, "\x06"sv, "xyz"sv};
            // The third kind of capture has no malformed packets.
            bytes_ += packets[random_.below(seed % 3 == 0 ? 3U : 6U)];
        }
    }

    decapsulated_frame next() {
        decapsulated_frame frame;
        const bool is_from_server = random_.one_in(2);
        frame.ip.source.bytes[0] = is_from_server ? 2 : 1;
        frame.ip.destination.bytes[0] = is_from_server ? 1 : 2;
        constexpr std::array<std::uint64_t, 8> vlans{0, 0, 0, 0, 0, 7, 7, 8};
        frame.ip.vlan = vlans[random_.below(8U)];
        const auto client_port = static_cast<std::uint16_t>(4'000 + (random_.one_in(8) ? 1 : 0));
        tcp_segment& tcp = frame.tcp;
        tcp.source_port = is_from_server ? 7'777 : client_port;
        tcp.destination_port = is_from_server ? client_port : 7'777;
        const std::size_t offset = random_.one_in(4) ? random_.below(300U) : place_[is_from_server ? 1 : 0];
        tcp.sequence = first_sequence(is_from_server) + static_cast<std::uint32_t>(offset);
        tcp.acknowledgement = first_sequence(!is_from_server) +
                              static_cast<std::uint32_t>(place_[is_from_server ? 0 : 1] + random_.below(4U));
        tcp.window = static_cast<std::uint16_t>(random_.one_in(3) ? 40 : 65'535);
        tcp.is_ack = !random_.one_in(8);
        tcp.is_syn = random_.one_in(12);
        tcp.is_fin = random_.one_in(40);
        tcp.is_rst = random_.one_in(30);
        tcp.has_ports = tcp.has_sequence = tcp.has_payload_bytes = true;
        if (!random_.one_in(3)) {
            const std::size_t size = 1 + random_.below(20U);
            tcp.payload = std::as_bytes(std::span{bytes_}).subspan(offset, size);
            tcp.payload_bytes = static_cast<std::uint32_t>(size);
            place_[is_from_server ? 1 : 0] = offset + size;
        }
        if (random_.one_in(16)) {
            tcp.payload_bytes += random_.below(9U);
        }
        if (random_.one_in(25)) {
            tcp.reason = skip_reason::cut_tcp_header;
            tcp.payload = {};
            tcp.has_payload_bytes = random_.one_in(2);
            tcp.payload_bytes = tcp.has_payload_bytes ? tcp.payload_bytes : 0;
        }
        return frame;
    }

private:
    /// Of the side's usual connection, or of another one, near it or far away.
    std::uint32_t first_sequence(bool is_from_server) {
        const std::uint32_t usual = is_from_server ? 5'000 : 0xFFFF'FFF0;
        return random_.one_in(10) ? usual + random_.below(400U) : random_.one_in(30) ? usual + 0x4000'0000 : usual;
    }

    base::seeded_random random_;
    std::string bytes_;
    std::array<std::size_t, 2> place_{};
};

void expect_that_accounts_add_up(std::uint64_t seed, std::size_t budget_bytes) {
    adding_sink sink;
    totals account;
    capture_totals capture;
    server_ports ports;
    ports.set(7'777);
    capture_context context{.sink = sink, .account = account};
    context.budget.bytes_max = budget_bytes;
    std::uint64_t payload_bytes = 0;
    {
        connection_table connections{ports, context, capture, 0};
        random_capture source{seed};
        for (int count = 0; count < 120; ++count) {
            ++context.now.mark.frame;
            const decapsulated_frame frame = source.next();
            payload_bytes += frame.tcp.payload.size();
            connections.take(frame);
        }
        connections.finish();
    }
    const reassembly_counts& bytes = capture.bytes;
    EXPECT_EQ(capture.payload_bytes, payload_bytes);
    EXPECT_EQ(payload_bytes, account.input_bytes + bytes.repeated_bytes + bytes.outside_bytes + bytes.after_end_bytes);
    EXPECT_EQ(account.input_bytes,
              account.packet_bytes + account.malformed_bytes + account.incomplete_bytes + account.unframed_bytes);
    EXPECT_EQ(sink.discarded(), bytes.outside_bytes + bytes.after_end_bytes);
    EXPECT_EQ(sink.missing(), bytes.missing_bytes);
    EXPECT_EQ(sink.packets(), account.packet_bytes);
    EXPECT_EQ(sink.incomplete(), account.incomplete_bytes);
    EXPECT_EQ(sink.malformed(), account.malformed_bytes);
    EXPECT_EQ(sink.closed(), 2 * account.streams);
    EXPECT_EQ(context.budget.bytes, 0U);
}

TEST(accounting, every_byte_of_random_captures_is_counted_once) {
    for (std::uint64_t seed = 0; seed < 500 && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        expect_that_accounts_add_up(seed, std::size_t{20} << 20U);
        expect_that_accounts_add_up(seed, 600);
    }
}

}  // namespace
}  // namespace chatos::dump::testing
