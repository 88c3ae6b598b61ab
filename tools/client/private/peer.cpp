#include "client/private/peer.hpp"

#include "base/shown_text.hpp"
#include "client/name_text.hpp"
#include "client/words.hpp"

#include <chatos/utf8.hpp>

#include <array>
#include <poll.h>
#include <utility>

namespace chatos::client {
namespace {

constexpr std::size_t read_bytes = 65'536;
constexpr std::size_t chunk_bytes = 32'768;
constexpr int chunks_per_turn = 16;
constexpr std::size_t size_bytes = 8;
constexpr std::size_t offered_name_max = 1'024;

std::string offer_payload(std::uint64_t size, std::string_view name) {
    std::string payload;
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        payload += static_cast<char>(static_cast<unsigned char>((size >> (shift - 8)) & 0xFFU));
    }
    return payload + std::string{name.substr(0, offered_name_max)};
}

}  // namespace

private_peer::private_peer(const std::string& own, std::string name, const base::socket_address& where,
                           const private_options& options, teller tell)
    : name_{std::move(name)}, options_{options}, tell_{std::move(tell)}, connection_{where}, link_{own, name_},
      buffer_(read_bytes) {
    tell_(private_changed{name_, private_state::opening, {}});
    if (connection_.descriptor() < 0) {
        link_.lose(connection_.fault());
    }
    take_events();
}

void private_peer::problem(const std::string& text) {
    tell_(notice{text, true});
}

void private_peer::say(std::string_view text) {
    if (text.size() > frame_bytes_max || !is_utf8(text)) {
        problem("not sent: " +
                std::string{text.size() > frame_bytes_max ? "the text is too long" : "the text is not UTF-8"});
    } else if (!link_.has_room()) {
        problem("not sent: too much waits to be sent to " + shown_name(name_) + "; try again later");
    } else {
        link_.send(frame_kind::text, text);
    }
    write();
}

void private_peer::send_file(const std::string& path) {
    if (outgoing_) {
        problem("a file to " + shown_name(name_) + " is under way; send the next when it has arrived");
        return;
    }
    outgoing_file::result opened = outgoing_file::open(path);
    if (!opened.fault.empty()) {
        problem("cannot send " + base::printable(path) + ": " + opened.fault);
        return;
    }
    outgoing_ = std::move(opened.file);
    is_outgoing_accepted_ = false;
    link_.send(frame_kind::offer, offer_payload(outgoing_->size(), outgoing_->name()));
    tell_file(false, link_.is_open() ? file_state::offered : file_state::waiting);
    write();
}

void private_peer::save_file() {
    if (!incoming_ || incoming_->file) {
        problem(shown_name(name_) + " offers no file");
        return;
    }
    incoming_file::result created = incoming_file::create(options_.downloads, incoming_->name);
    if (!created.fault.empty()) {
        refuse(created.fault, file_state::failed);
        return;
    }
    incoming_->file = std::move(created.file);
    tell_moving(true, 0, incoming_->size);
    link_.send(frame_kind::accept, {});
    write();
}

bool private_peer::refuse_file() {
    if (!incoming_ || incoming_->file) {
        return false;
    }
    refuse({}, file_state::refused);
    return true;
}

short private_peer::wanted() const {
    short events = 0;
    // While our own output is full nothing more is taken in: some of it would have to be answered.
    if (link_.has_room()) {
        events = POLLIN;
    }
    return static_cast<short>(events | (link_.output().empty() && !is_outgoing_accepted_ ? 0 : POLLOUT));
}

void private_peer::ready(short revents) {
    if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        read();
    }
    pump_file();
    write();
    take_events();
}

void private_peer::read() {
    const transfer_result got = connection_.read(buffer_);
    switch (got.state) {
    case transfer_state::done: link_.receive(std::span{buffer_}.first(got.bytes)); break;
    case transfer_state::would_block: break;
    case transfer_state::ended: link_.lose({}); break;
    case transfer_state::broken: link_.lose(connection_.fault()); break;
    }
    take_events();
}

void private_peer::write() {
    while (!link_.output().empty()) {
        const transfer_result put = connection_.write(link_.output());
        if (put.state != transfer_state::done) {
            // What broke is told by the next read, after what the other side said before.
            return;
        }
        link_.sent(put.bytes);
    }
}

// Not more than the socket takes soon: the file is read as fast as the peer takes it.
void private_peer::pump_file() {
    std::array<char, chunk_bytes> chunk{};
    for (int chunks = 0; outgoing_ && is_outgoing_accepted_ && link_.output().size() < 2 * chunk_bytes; ++chunks) {
        if (chunks == chunks_per_turn) {
            return;  // others want to be heard, too
        }
        if (outgoing_->is_at_end()) {
            is_outgoing_accepted_ = false;
            link_.send(frame_kind::end, {});
            return;
        }
        const std::size_t got = outgoing_->read(chunk);
        if (got == 0) {
            link_.send(frame_kind::cancel, "it became shorter while it was sent");
            tell_file(false, file_state::failed, "it became shorter, or cannot be read any more");
            outgoing_.reset();
            is_outgoing_accepted_ = false;
            return;
        }
        link_.send(frame_kind::data, {chunk.data(), got});
        tell_moving(false, outgoing_->bytes_read(), outgoing_->size());
        write();
    }
}

void private_peer::take_events() {
    while (const std::optional<link_event> event = link_.take_event()) {
        if (const auto* frame = std::get_if<frame_came>(&*event)) {
            take(*frame);
        } else if (const auto* ended = std::get_if<link_ended>(&*event)) {
            end(*ended);
        } else {
            tell_(private_changed{name_, private_state::open, {}});
        }
    }
}

void private_peer::take(const frame_came& frame) {
    switch (frame.kind) {
    case frame_kind::text: tell_(private_text{name_, frame.payload}); break;
    case frame_kind::offer: take_offer(frame.payload); break;
    case frame_kind::accept:
        is_outgoing_accepted_ = outgoing_ != nullptr;
        if (outgoing_) {
            tell_moving(false, 0, outgoing_->size());
        }
        break;
    case frame_kind::refuse:
        if (outgoing_) {
            tell_file(false, file_state::refused, base::printable(frame.payload));
            outgoing_.reset();
            is_outgoing_accepted_ = false;
        }
        break;
    case frame_kind::data: take_data(frame.payload); break;
    case frame_kind::end: take_end(); break;
    case frame_kind::cancel: drop_incoming(base::printable(frame.payload)); break;
    case frame_kind::saved:
        if (outgoing_ && outgoing_->is_at_end()) {
            tell_file(false, file_state::saved);
            outgoing_.reset();
        }
        break;
    }
    pump_file();
}

void private_peer::take_offer(const std::string& payload) {
    if (payload.size() <= size_bytes || incoming_) {
        link_.send(frame_kind::refuse, incoming_ ? "one file at a time" : "the offer is not complete");
        return;
    }
    std::uint64_t size = 0;
    for (std::size_t at = 0; at < size_bytes; ++at) {
        size = (size << 8U) | static_cast<unsigned char>(payload[at]);
    }
    incoming_.emplace(offered_file{safe_file_name(payload.substr(size_bytes)), size});
    if (size > options_.file_bytes_max) {
        refuse("it is larger than " + size_text(options_.file_bytes_max), file_state::refused);
        return;
    }
    tell_file(true, file_state::offered);
    if (options_.saves_unasked) {
        save_file();
    }
}

void private_peer::take_data(const std::string& bytes) {
    if (!incoming_ || !incoming_->file) {
        return;  // of a file that was refused on the way: the sender did not know it yet
    }
    if (bytes.size() > incoming_->size - incoming_->file->bytes_written()) {
        refuse("more came than was offered", file_state::failed);
        return;
    }
    const std::string fault = incoming_->file->write(bytes);
    if (!fault.empty()) {
        refuse("it cannot be written: " + fault, file_state::failed);
        return;
    }
    tell_moving(true, incoming_->file->bytes_written(), incoming_->size);
}

void private_peer::take_end() {
    if (!incoming_ || !incoming_->file) {
        return;
    }
    if (incoming_->file->bytes_written() != incoming_->size) {
        refuse("less came than was offered", file_state::failed);
        return;
    }
    incoming_file::saved saved = incoming_->file->save();
    if (!saved.fault.empty()) {
        refuse("it cannot be saved: " + saved.fault, file_state::failed);
        return;
    }
    incoming_->name = std::move(saved.name);
    link_.send(frame_kind::saved, {});
    tell_(file_moved{name_, true, file_state::saved, incoming_->name, incoming_->size, incoming_->size, {}});
    incoming_.reset();
}

/// Tells both sides that the file will not be taken.
void private_peer::refuse(const std::string& why, file_state state) {
    link_.send(frame_kind::refuse, why);
    write();
    end_incoming(state, why);
}

void private_peer::drop_incoming(const std::string& why) {
    if (incoming_) {
        end_incoming(file_state::failed, why);
    }
}

// By the time this is reported, the folder no longer has it.
void private_peer::end_incoming(file_state state, const std::string& why) {
    const std::uint64_t bytes = incoming_->file ? incoming_->file->bytes_written() : 0;
    const file_moved moved{name_, true, state, incoming_->name, bytes, incoming_->size, why};
    incoming_.reset();
    tell_(moved);
}

void private_peer::tell_file(bool is_incoming, file_state state, std::string why) {
    if (is_incoming) {
        const std::uint64_t bytes = incoming_->file ? incoming_->file->bytes_written() : 0;
        tell_(file_moved{name_, true, state, incoming_->name, bytes, incoming_->size, std::move(why)});
    } else {
        tell_(file_moved{name_, false, state, outgoing_->name(), outgoing_->bytes_read(), outgoing_->size(),
                         std::move(why)});
    }
}

/// A hundred times per file at most.
void private_peer::tell_moving(bool is_incoming, std::uint64_t bytes, std::uint64_t size) {
    const std::uint64_t percent =
        size == 0 ? 100 : static_cast<std::uint64_t>(static_cast<double>(bytes) / static_cast<double>(size) * 100);
    std::uint64_t& reported = is_incoming ? percent_received_ : percent_sent_;
    if (bytes == 0 || reported != percent) {
        reported = percent;
        tell_(file_moved{name_,
                         is_incoming,
                         file_state::moving,
                         is_incoming ? incoming_->name : outgoing_->name(),
                         bytes,
                         size,
                         {}});
    }
}

void private_peer::end(const link_ended& how) {
    const std::string cut = "the private connection ended";
    if (outgoing_) {
        tell_file(false, file_state::failed, cut);
        outgoing_.reset();
    }
    drop_incoming(cut);
    tell_(private_changed{name_, how.was_open ? private_state::closed : private_state::failed, how.why});
}

bool private_peer::is_idle() const {
    const bool is_receiving = incoming_ && incoming_->file;
    return is_over() || (link_.is_open() && link_.is_quiet() && !outgoing_ && !is_receiving);
}

std::optional<file_progress> private_peer::progress() const {
    if (outgoing_ && outgoing_->bytes_read() != 0) {
        return file_progress{base::printable(outgoing_->name()), false, outgoing_->bytes_read(), outgoing_->size()};
    }
    if (incoming_ && incoming_->file) {
        return file_progress{base::printable(incoming_->name), true, incoming_->file->bytes_written(), incoming_->size};
    }
    return std::nullopt;
}

void private_peer::finish(std::chrono::milliseconds limit) {
    write();
    connection_.finish_writing();
    connection_.drain(limit);
}

}  // namespace chatos::client
