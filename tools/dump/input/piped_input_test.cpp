// What comes through a pipe is shown as soon as its last byte is there, whatever the form of the input, and a stop ends
// the input with an account of what came.
#include "base/capture_builder.hpp"
#include "base/system/descriptor.hpp"
#include "base/testing/temporary_folder.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/input/compressed_input.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/stream/raw_dump.hpp"
#include "dump/testing/dump_run.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <poll.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace chatos::dump::testing {
namespace {

constexpr int hang_guard_ms = 60'000;

/// A dump of a pipe, in a thread; its lines come out of another pipe.
class piped_dump {
public:
    using dump_function = std::function<bool(const std::string& path, record_sink&, output&)>;

    explicit piped_dump(const dump_function& dump)
        : running_{[this, dump, path = "/dev/fd/" + std::to_string(input_.reader.get())] {
              output out{lines_.writer.get()};
              json_sink sink{out};
              was_whole_ = dump(path, sink, out);
              lines_.writer.reset();
          }} {}
    piped_dump(const piped_dump&) = delete;
    piped_dump& operator=(const piped_dump&) = delete;
    ~piped_dump() { (void)end(); }

    void send(const byte_string& bytes) const {
        ASSERT_EQ(::write(input_.writer.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }
    /// The next line, waited for; empty after the last one.
    std::string line() {
        while (true) {
            if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
                std::string first = text_.substr(0, end);
                text_.erase(0, end + 1);
                return first;
            }
            pollfd wait{lines_.reader.get(), POLLIN, 0};
            std::array<char, 4'096> piece{};
            if (::poll(&wait, 1, hang_guard_ms) != 1) {
                return "nothing came";
            }
            const ssize_t count = ::read(lines_.reader.get(), piece.data(), piece.size());
            if (count <= 0) {
                return {};
            }
            text_.append(piece.data(), static_cast<std::size_t>(count));
        }
    }
    /// Ends the input; whether it was read whole.
    bool end() {
        input_.writer.reset();
        if (running_.joinable()) {
            running_.join();
        }
        return was_whole_;
    }
    /// Waits for the end that something else has brought.
    bool wait() {
        running_.join();
        return was_whole_;
    }

private:
    base::pipe_ends input_{base::open_pipe()};
    base::pipe_ends lines_{base::open_pipe()};
    std::string text_;
    bool was_whole_{false};
    std::thread running_;
};

piped_dump::dump_function capture_dump(const input_stop* stop = nullptr) {
    return [stop](const std::string& path, record_sink& sink, output& out) {
        capture_options options{.files = {path}, .stop = stop};
        options.ports.set(7'777);
        return dump_captures(options, sink, out, decompressed,
                             [](std::string_view problem) { ADD_FAILURE() << problem; });
    };
}

/// Two records with a packet each after those of the handshake, then the start of a third.
struct capture_pieces {
    byte_string first;
    byte_string second;
    byte_string third;
};

/// `add` adds a frame to a file and gives the bytes of it since the last call.
capture_pieces pieces_of(const std::function<byte_string(const segment&)>& add) {
    capture_pieces pieces;
    pieces.first = joined({add(opening(9)), add(server(99, {}, syn | ack, 10)), add(client(10, cr_bob))});
    pieces.second = add(server(100, ok));
    pieces.third = add(client(16, sma_hi));
    return pieces;
}

capture_pieces pcap_pieces() {
    pcap_builder file;
    std::size_t given = 0;
    return pieces_of([&](const segment& sent) {
        file.add(frame_of(sent));
        const byte_string piece{file.bytes().begin() + static_cast<std::ptrdiff_t>(given), file.bytes().end()};
        given = file.bytes().size();
        return piece;
    });
}

capture_pieces pcapng_pieces() {
    pcapng_builder file;
    file.interface(1);
    return pieces_of([&](const segment& sent) { return file.packet(frame_of(sent)).take(); });
}

/// What goes through the pipe for these bytes; the last ones end it.
using packing = std::function<byte_string(byte_string bytes, bool is_last)>;

/// Each packet is shown while the record after it has begun, and has not ended.
void expect_each_packet_at_once(const capture_pieces& pieces, const packing& packed, const std::string& form) {
    piped_dump dump{capture_dump()};
    const auto half = [](const byte_string& bytes) { return static_cast<std::ptrdiff_t>(bytes.size() / 2); };
    const auto head = [&](const byte_string& bytes) { return byte_string{bytes.begin(), bytes.begin() + half(bytes)}; };
    const auto tail = [&](const byte_string& bytes) { return byte_string{bytes.begin() + half(bytes), bytes.end()}; };
    dump.send(packed(joined({pieces.first, head(pieces.second)}), false));
    EXPECT_NE(dump.line().find(R"("packet":"CR")"), std::string::npos) << form;
    dump.send(packed(joined({tail(pieces.second), head(pieces.third)}), false));
    EXPECT_NE(dump.line().find(R"("packet":"ERROR")"), std::string::npos) << form;
    dump.send(packed(tail(pieces.third), true));
    EXPECT_NE(dump.line().find(R"("packet":"SMA")"), std::string::npos) << form;
    EXPECT_TRUE(dump.end());
}

byte_string as_they_are(byte_string bytes, bool /*is_last*/) {
    return bytes;
}

TEST(piped_input, shows_each_packet_of_a_capture_once_its_last_byte_is_there) {
    expect_each_packet_at_once(pcap_pieces(), as_they_are, "pcap");
    expect_each_packet_at_once(pcapng_pieces(), as_they_are, "pcapng");
}

TEST(piped_input, shows_each_packet_of_a_gzip_stream_once_its_last_byte_is_there) {
    z_stream stream{};
    ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    const auto flushed = [&stream](byte_string bytes, bool is_last) {
        byte_string packed(1'000);
        stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
        stream.avail_in = static_cast<uInt>(bytes.size());
        stream.next_out = reinterpret_cast<Bytef*>(packed.data());
        stream.avail_out = static_cast<uInt>(packed.size());
        EXPECT_EQ(deflate(&stream, is_last ? Z_FINISH : Z_SYNC_FLUSH), is_last ? Z_STREAM_END : Z_OK);
        packed.resize(packed.size() - stream.avail_out);
        return packed;
    };
    expect_each_packet_at_once(pcap_pieces(), flushed, "gzip");
    deflateEnd(&stream);
}

TEST(piped_input, shows_each_packet_of_a_zstd_stream_once_its_last_byte_is_there) {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    const auto flushed = [&context](byte_string bytes, bool is_last) {
        byte_string packed(1'000);
        ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
        ZSTD_outBuffer to{packed.data(), packed.size(), 0};
        EXPECT_EQ(ZSTD_compressStream2(context.get(), &to, &from, is_last ? ZSTD_e_end : ZSTD_e_flush), 0U);
        packed.resize(to.pos);
        return packed;
    };
    expect_each_packet_at_once(pcap_pieces(), flushed, "zstd");
}

TEST(piped_input, shows_each_packet_of_a_byte_stream_and_of_hex_text_once_its_last_byte_is_there) {
    const auto raw_dump = [](const std::string& path, record_sink& sink, output& out) {
        return dump_raw({.files = {path}}, sink, out, [](std::string_view problem) { ADD_FAILURE() << problem; });
    };
    for (const auto& [first, second] :
         {std::pair{"\x01\x00\x03"
                    "bob\x06"sv,
                    "\x00"sv},
          std::pair{"01 0003 626f62 06 0"sv, "0"sv}, std::pair{"00000000: 0100 0362 6f62 060"sv, "0"sv}}) {
        piped_dump dump{raw_dump};
        dump.send(raw(first));
        EXPECT_NE(dump.line().find(R"("packet":"CR")"), std::string::npos) << first;
        dump.send(raw(second));
        EXPECT_NE(dump.line().find(R"("packet":"ERROR")"), std::string::npos) << first;
        EXPECT_TRUE(dump.end());
    }
}

TEST(piped_input, a_full_piece_does_not_wait_for_the_next_one) {
    // 64 KiB, as many as one read of a pipe gives.
    piped_dump dump{[](const std::string& path, record_sink& sink, output& out) {
        return dump_raw({.files = {path}}, sink, out, [](std::string_view problem) { ADD_FAILURE() << problem; });
    }};
    byte_string stream;
    for (std::size_t count = 0; count < 65'536 / 8; ++count) {
        stream.insert(stream.end(), 8, std::byte{0});
        const byte_string packet = raw("\x04\x00\x00\x00\x03xyz"sv);
        std::copy(packet.begin(), packet.end(), stream.end() - 8);
    }
    std::thread writer{[&] { dump.send(stream); }};
    for (std::size_t count = 0; count < 65'536 / 8; ++count) {
        ASSERT_NE(dump.line().find(R"("packet":"SMA")"), std::string::npos) << count;
    }
    writer.join();
}

TEST(stopped_input, ends_when_its_time_is_over_though_nothing_comes) {
    const capture_pieces pieces = pcap_pieces();
    piped_dump dump{[](const std::string& path, record_sink& sink, output& out) {
        capture_options options{.files = {path}, .ends_after = {.duration = std::chrono::milliseconds{20}}};
        options.ports.set(7'777);
        return dump_captures(options, sink, out, decompressed,
                             [](std::string_view problem) { ADD_FAILURE() << problem; });
    }};
    EXPECT_NE(dump.line().find(R"("type":"summary","frames":0)"), std::string::npos);
    EXPECT_TRUE(dump.wait());
}

TEST(stopped_input, of_a_pipe_is_what_came_until_then_and_whole) {
    const input_stop stop;
    const capture_pieces pieces = pcap_pieces();
    piped_dump dump{capture_dump(&stop)};
    dump.send(joined({pieces.first, byte_string{pieces.second.begin(), pieces.second.begin() + 20}}));
    EXPECT_NE(dump.line().find(R"("packet":"CR")"), std::string::npos);
    std::raise(SIGINT);
    EXPECT_NE(dump.line().find(R"("type":"summary","frames":3,"decoded":3,"packets":1)"), std::string::npos);
    EXPECT_TRUE(dump.wait());
}

TEST(stopped_input, has_what_the_writer_of_a_pipe_still_writes) {
    const input_stop stop;
    const capture_pieces pieces = pcap_pieces();
    piped_dump dump{capture_dump(&stop)};
    dump.send(pieces.first);
    EXPECT_NE(dump.line().find(R"("packet":"CR")"), std::string::npos);
    std::raise(SIGTERM);
    dump.send(pieces.second);
    EXPECT_NE(dump.line().find(R"("packet":"ERROR")"), std::string::npos);
    EXPECT_TRUE(dump.end());
}

TEST(stopped_input, of_a_file_is_told_to_be_cut_and_no_other_file_is_read) {
    const input_stop stop;
    std::raise(SIGINT);
    std::raise(SIGINT);  // at once: the same request
    lines problems;
    output out;
    json_sink sink{out};
    capture_options options{.files = {"/proc/self/exe", "/etc/hostname"}, .stop = &stop};
    options.ports.set(7'777);
    EXPECT_FALSE(dump_captures(options, sink, out, decompressed,
                               [&problems](std::string_view problem) { problems.emplace_back(problem); }));
    EXPECT_EQ(problems, (lines{"reading \"/proc/self/exe\" was stopped after its first 0 frames",
                               "stopped before \"/etc/hostname\""}));
    EXPECT_EQ(last_number(out.text(), "frames"), 0);
}

TEST(stopped_input, may_be_a_pipe_that_nobody_has_opened_for_writing) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("pipe");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const input_stop stop;
    std::thread signal{[] { std::raise(SIGINT); }};
    output out;
    json_sink sink{out};
    capture_options options{.files = {path}, .stop = &stop};
    options.ports.set(7'777);
    EXPECT_TRUE(
        dump_captures(options, sink, out, decompressed, [](std::string_view problem) { ADD_FAILURE() << problem; }));
    signal.join();
}

}  // namespace
}  // namespace chatos::dump::testing
