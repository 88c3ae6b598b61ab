#include "bench/chatos_dialect.hpp"

#include <chatos/decode_batch.hpp>
#include <chatos/encode.hpp>

#include <algorithm>

namespace chatos::bench {

namespace {

void add_packet(bytes& out, const packet_view& packet) {
    const std::size_t before = out.size();
    out.resize(before + encoded_size(packet));
    // What is sent is made here, from bounded ASCII: the encoder has nothing to refuse.
    static_cast<void>(encode(packet, std::span{out}.subspan(before)));
}

}  // namespace

chatos_dialect::chatos_dialect(const workload& load, std::string prefix)
    : load_{load}, prefix_{std::move(prefix)}, texts_{texts_of_senders(load)} {
    for (user_number sender = 0; sender < load_.senders; ++sender) {
        pseudos_.push_back(pseudo_of(sender));
        const std::string partner = pseudo_of(load_.senders + sender);
        const packet_view packet =
            load_.to == audience::everybody ? make_sma(texts_[sender]) : make_spm(partner, texts_[sender]);
        block& added = blocks_.emplace_back();
        added.message_bytes = encoded_size(packet);
        for (std::uint32_t i = messages_per_block(added.message_bytes, load_.in_flight); i > 0; --i) {
            add_packet(added.wire, packet);
        }
    }
}

std::string chatos_dialect::pseudo_of(user_number user) const {
    return prefix_ + std::to_string(user);
}

std::uint32_t chatos_dialect::log_in(user_number user, bytes& out) {
    const std::string pseudo = pseudo_of(user);
    add_packet(out, make_cr(pseudo));
    return 1;
}

std::uint32_t chatos_dialect::introduce(user_number sender, bytes& out) {
    if (load_.to == audience::everybody) {
        return 0;
    }
    const std::string partner = pseudo_of(load_.senders + sender);
    add_packet(out, make_rpm(partner));
    return 1;
}

std::span<const std::byte> chatos_dialect::publish(user_number sender, std::uint32_t count, std::uint32_t& given) {
    const block& ready = blocks_[sender];
    given = std::min(count, static_cast<std::uint32_t>(ready.wire.size() / ready.message_bytes));
    return std::span{ready.wire}.first(given * ready.message_bytes);
}

void chatos_dialect::read(user_number, std::span<const std::byte> input, arrivals& arrivals) {
    arrivals.clear();
    for (;;) {
        const batch_result batch = decode_batch(input.subspan(arrivals.consumed), packets_);
        for (std::size_t i = 0; i < batch.count; ++i) {
            if (!take(packets_[i], arrivals)) {
                return;
            }
        }
        arrivals.consumed += batch.consumed;
        if (batch.status == decode_status::malformed) {
            arrivals.fault = "a malformed packet: " + std::string{describe(batch.error.what)};
            return;
        }
        if (batch.status == decode_status::incomplete) {
            return;
        }
    }
}

bool chatos_dialect::take(const packet_view& packet, arrivals& arrivals) const {
    if (packet.op == opcode::error) {
        if (packet.code != error_code::ok) {
            arrivals.fault = "an answer that is not 0: ERROR " + std::to_string(static_cast<unsigned>(packet.code)) +
                             " " + std::string{error_code_name(packet.code)};
            return false;
        }
        ++arrivals.answers;
        return true;
    }
    if (packet.op != opcode::spm) {
        arrivals.fault = "an unexpected packet: " + std::string{packet_name(packet.op)};
        return false;
    }
    const user_number sender = sender_of(packet.message, texts_);
    if (sender == load_.senders || packet.pseudo != pseudos_[sender]) {
        arrivals.fault = "an SPM that no sender of this load has sent";
        return false;
    }
    arrivals.senders.push_back(sender);
    arrivals.acknowledgements.push_back(static_cast<std::byte>(opcode::error));
    arrivals.acknowledgements.push_back(static_cast<std::byte>(error_code::ok));
    return true;
}

}  // namespace chatos::bench
