#include "dump/capture/capture_dump.hpp"

#include "base/word_list.hpp"
#include "dump/capture/frame_reader.hpp"
#include "dump/tcp/connection_table.hpp"
#include "dump/text/text_format.hpp"

#include <cstring>

namespace chatos::dump {

std::string dump_capture(byte_source& source, std::string_view file, const capture_options& options, record_sink& sink,
                         totals& account, capture_totals& capture_account, output& out) {
    frame_reader feed{source};
    return dump_frames(feed, file, options, sink, account, capture_account, out);
}

std::string dump_frames(frame_source& frames, std::string_view file, const capture_options& options, record_sink& sink,
                        totals& account, capture_totals& capture_account, output& out) {
    capture_context context{.sink = sink, .account = account, .bounds = options.bounds};
    context.now.file = file;
    decapsulator decapsulator{options.ports, options.verify_checksums, capture_account.skipped};
    connection_table connections{options.ports, context, capture_account, account.streams};
    std::uint64_t frame_number = 0;
    while (out.error() == 0) {
        if (frames.is_drained()) {
            if (options.is_live) {
                sink.take(input_pause{});
            }
            out.flush();  // the writer of this input may still be running
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
        if (options.accepts && !options.accepts(*frame)) {
            ++capture_account.skipped[static_cast<std::size_t>(skip_reason::filtered)];
            continue;
        }
        if (const decapsulated_frame* const decapsulated = decapsulator.decapsulate(*frame)) {
            capture_account.decoded += decapsulated->tcp.reason == skip_reason::none ? 1 : 0;
            connections.take(*decapsulated);
        }
    }
    decapsulator.end();
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
           (frames == 0 ? "no frame was read" : base::counted(frames, "frame") + " before that were read");
}

}  // namespace

bool dump_captures(const capture_options& options, record_sink& sink, output& out, const decompression& decompress,
                   const std::function<void(std::string_view)>& report) {
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    const bool all_read = read_files(options.files, out, report, [&](std::size_t, const std::string& path) {
        return dump_file(path, options, sink, account, capture_account, out, decompress);
    });
    sink.take(account);
    out.flush();
    return all_read;
}

}  // namespace chatos::dump
