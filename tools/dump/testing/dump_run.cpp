#include "dump/testing/dump_run.hpp"

#include "base/capture_builder.hpp"
#include "base/colors.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/testing/memory_source.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace chatos::dump::testing {

using namespace base::wire;

namespace {

/// Other programs are tested with the same captures: where CHATOS_KEEP_CAPTURES names a folder, each is written there,
/// beside the arguments with which chatos-dump reads it in the same way.
void keep(const byte_string& capture, const dump_options& call) {
    const char* folder = std::getenv("CHATOS_KEEP_CAPTURES");
    if (folder == nullptr) {
        return;
    }
    static int count = 0;
    const std::string name = std::string{folder} + '/' + std::to_string(++count);
    std::ofstream{name + ".pcap", std::ios::binary}.write(reinterpret_cast<const char*>(capture.data()),
                                                          static_cast<std::streamsize>(capture.size()));
    std::ofstream arguments{name + ".arguments"};
    for (const std::uint16_t port : call.ports) {
        arguments << "--port\n" << port << '\n';
    }
    arguments << "--pseudo-bytes-max\n" << call.bounds.pseudo_bytes_max << '\n';
    arguments << "--message-bytes-max\n" << call.bounds.message_bytes_max << '\n';
    if (call.verify_checksums) {
        arguments << "--verify-checksums\n";
    }
}

dump_result dump_into(record_sink& sink, output& out, const byte_string& capture, const dump_options& call) {
    keep(capture, call);
    capture_options options{
        .files = {}, .bounds = call.bounds, .verify_checksums = call.verify_checksums, .listener = call.listener};
    for (const std::uint16_t port : call.ports) {
        options.ports.set(port);
    }
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    memory_source source{capture, call.piece_bytes};
    std::string problem = dump_capture(source, {}, options, sink, account, capture_account, out);
    sink.take(account);
    return {out.text(), std::move(problem)};
}

byte_string capture_of(const std::vector<byte_string>& frames) {
    pcap_builder capture;
    std::uint32_t milliseconds = 0;
    for (const byte_string& frame : frames) {
        capture.add(frame, {.seconds = 1'700'000'000 + milliseconds / 1000, .fraction = milliseconds % 1000 * 1000});
        ++milliseconds;
    }
    return capture.bytes();
}

/// The value of a key as it is written, without quotes; empty where there is none.
std::string value_of(const std::string& line, std::string_view key) {
    const std::string wanted = "\"" + std::string{key} + "\":";
    const std::size_t at = line.find(wanted);
    if (at == std::string::npos) {
        return {};
    }
    const std::size_t from = at + wanted.size();
    if (line[from] == '"') {
        return line.substr(from + 1, line.find('"', from + 1) - from - 1);
    }
    return line.substr(from, line.find_first_of(",}", from) - from);
}

}  // namespace

dump_result json_of_capture(const byte_string& capture, const dump_options& call) {
    output out;
    json_sink sink{out};
    return dump_into(sink, out, capture, call);
}

dump_result json_of_frames(const std::vector<byte_string>& frames, const dump_options& call) {
    return json_of_capture(capture_of(frames), call);
}

dump_result text_of_frames(const std::vector<byte_string>& frames, text_detail detail, time_format time,
                           const sink_before& before) {
    output out;
    text_sink sink{out, base::no_colors, detail, false, time};
    const std::unique_ptr<record_sink> first = before ? before(sink) : nullptr;
    return dump_into(first ? *first : sink, out, capture_of(frames), {});
}

std::vector<byte_string> login_then(const std::vector<byte_string>& frames) {
    using namespace std::string_view_literals;
    std::vector<byte_string> all{
        frame_of({.sequence = 9, .flags = syn}),
        frame_of({.sequence = 99, .flags = syn | ack, .acknowledgement = 10, .from_server = true}),
        frame_of({.sequence = 10,
                  .payload = "\x01\x00\x03"
                             "bob"sv}),
        frame_of({.sequence = 100, .payload = "\x06\x00"sv, .from_server = true})};
    all.insert(all.end(), frames.begin(), frames.end());
    return all;
}

dump_result dump_frames(record_sink& sink, output& out, const std::vector<byte_string>& frames,
                        const dump_options& call) {
    return dump_into(sink, out, capture_of(frames), call);
}

std::vector<std::string> short_lines(const std::string& json) {
    std::vector<std::string> lines;
    std::istringstream all{json};
    for (std::string line; std::getline(all, line);) {
        if (value_of(line, "type") == "summary") {
            continue;
        }
        std::string text;
        for (const std::string_view key : {"dir", "offset", "event", "packet", "bytes", "cause", "reason", "what",
                                           "pseudo", "message", "code", "violation", "kept", "other"}) {
            if (const std::string value = value_of(line, key); !value.empty()) {
                text += (text.empty() ? "" : " ") + value;
            }
        }
        lines.push_back(text);
    }
    return lines;
}

std::int64_t last_number(const std::string& json, std::string_view key) {
    const std::size_t at = json.rfind("\"" + std::string{key} + "\":");
    return at == std::string::npos ? -1 : std::stoll(json.substr(at + key.size() + 3));
}

}  // namespace chatos::dump::testing
