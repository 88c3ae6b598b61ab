#include "dump/capture/capture_dump.hpp"

#include "dump/capture/frame_feed.hpp"
#include "dump/tcp/connection_table.hpp"
#include "dump/text/text_format.hpp"

#include <cstring>

namespace chatos::dump {

std::string dump_capture(byte_source& source, std::string_view file, const capture_options& options, record_sink& sink,
                         totals& account, capture_totals& capture_account, output& out) {
    frame_feed feed{source};
    return dump_frames(feed, file, options, sink, account, capture_account, out);
}

std::string dump_frames(frame_source& frames, std::string_view file, const capture_options& options, record_sink& sink,
                        totals& account, capture_totals& capture_account, output& out) {
    capture_context context{.sink = sink, .account = account, .bounds = options.bounds};
    context.now.file = file;
    frame_opener opener{options.ports, options.verify_checksums, capture_account.skipped};
    connection_table connections{options.ports, context, capture_account, account.streams};
    std::uint64_t frame_number = 0;
    while (out.error() == 0) {
        if (frames.is_drained()) {
            if (options.is_live) {
                sink.take(input_pause{});
            }
            out.flush();  // whoever writes this input may be a program that is still running
        }
        const captured_frame* const frame = frames.next();
        if (frame == nullptr) {
            break;
        }
        ++capture_account.frames;
        context.now.mark = {++frame_number, frame->time};
        if (frame_number == 1) {
            sink.take(capture_start{file, frame->time});
        }
        if (options.keeps && !options.keeps(*frame)) {
            ++capture_account.skipped[static_cast<std::size_t>(skip_reason::filtered)];
            continue;
        }
        if (const opened_frame* const opened = opener.open(*frame)) {
            capture_account.decoded += opened->tcp.reason == skip_reason::none ? 1 : 0;
            connections.take(*opened);
        }
    }
    opener.end();
    connections.finish();
    return frames.problem();
}

namespace {

/// Opens and reads one file; what is wrong with it, or nothing.
std::string dump_file(const std::string& path, const capture_options& options, record_sink& sink, totals& account,
                      capture_totals& capture_account, output& out, const decompression& decompress) {
    input_file file{path};
    if (file.error() != 0) {
        return "cannot open " + shown_path(path) + ": " + std::strerror(file.error());
    }
    file.on_read(options.on_read);
    file_source plain{file};
    const std::unique_ptr<byte_source> inside = decompress(plain);
    const std::string_view name = options.files.size() > 1 ? std::string_view{path} : std::string_view{};
    const std::uint64_t frames_before = capture_account.frames;
    const std::string problem =
        dump_capture(inside ? *inside : plain, name, options, sink, account, capture_account, out);
    if (problem.empty()) {
        return {};
    }
    const std::uint64_t frames = capture_account.frames - frames_before;
    return "cannot read " + shown_path(path) + (frames == 0 ? "" : " to its end") + ": " + problem + "; " +
           (frames == 0 ? "no frame was read"
                        : std::to_string(frames) + (frames == 1 ? " frame" : " frames") + " before that were read");
}

}  // namespace

bool dump_captures(const capture_options& options, record_sink& sink, output& out, const decompression& decompress,
                   const std::function<void(std::string_view)>& report) {
    const std::vector<std::string> files = options.files.empty() ? std::vector<std::string>{"-"} : options.files;
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    bool all_read = true;
    for (std::size_t index = 0; index < files.size() && out.error() == 0; ++index) {
        const std::string problem = dump_file(files[index], options, sink, account, capture_account, out, decompress);
        if (!problem.empty()) {
            all_read = false;
            out.flush();  // so that the message stands behind what came before it
            report(problem);
        }
    }
    sink.take(account);
    out.flush();
    return all_read;
}

}  // namespace chatos::dump
