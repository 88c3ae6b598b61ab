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

namespace {

/// Counts what the capture says wrongly of a frame, and reports the first time.
void note_flaws(const captured_frame& frame, capture_context& context, capture_totals& account,
                std::uint8_t& reported) {
    for (const frame_flaw flaw : {frame_flaw::original_length, frame_flaw::clock}) {
        if (!frame.has(flaw)) {
            continue;
        }
        ++account.flawed[static_cast<std::size_t>(flaw)];
        const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(flaw));
        if ((reported & bit) == 0) {
            reported |= bit;
            context.sink.take(capture_event{flaw, context.now.mark.frame, frame.time, context.now.file});
        }
    }
}

/// Whether no frame more is wanted.
bool has_enough_frames(const capture_options& options, const capture_totals& account) noexcept {
    const std::uint64_t filtered = account.skipped[static_cast<std::size_t>(skip_reason::filtered)];
    return account.frames - filtered >= options.ends_after.frames_max;
}

void take_segments(decapsulator& decapsulator, const captured_frame& frame, connection_table& connections,
                   capture_context& context, capture_totals& account) {
    for (const decapsulated_frame* segment = decapsulator.decapsulate(frame, context.now.mark.frame);
         segment != nullptr; segment = decapsulator.decapsulate_further()) {
        if (context.listener != nullptr && decapsulator.segment_numbers().size() > 1) {
            context.listener->fragments_joined(decapsulator.segment_numbers());
        }
        account.decoded += segment->tcp.reason == skip_reason::none && segment->counts ? 1 : 0;
        connections.take(*segment);
    }
}

}  // namespace

std::string dump_frames(frame_source& frames, std::string_view file, const capture_options& options, record_sink& sink,
                        totals& account, capture_totals& capture_account, output& out) {
    capture_context context{.sink = sink, .account = account, .bounds = options.bounds, .listener = options.listener};
    context.budget.bytes_max = options.stream_bytes_max;
    context.now.file = file;
    decapsulator decapsulator{options.ports, options.verify_checksums, capture_account.skipped,
                              capture_account.contents, options.link_types};
    connection_table connections{options.ports, context, capture_account, account.streams};
    std::uint64_t frame_number = 0;
    std::uint8_t reported_flaws = 0;
    capture_clock clock{options.ends_after.duration};
    while (out.error() == 0 && !has_enough_frames(options, capture_account)) {
        const captured_frame* const frame = frames.next();
        if (frame == nullptr || clock.is_past(frame->time)) {
            break;
        }
        ++capture_account.frames;
        context.now.mark.frame = ++frame_number;
        context.now.mark.time.seconds = frame->time.seconds;  // member by member: read as they were written
        context.now.mark.time.nanoseconds = frame->time.nanoseconds;
        context.now.mark.time.digits = frame->time.digits;
        context.now.mark.is_late = false;
        if (frame_number == 1) {
            sink.take(capture_start{file, frame->time});
        }
        if (frame->flaws != 0) {
            note_flaws(*frame, context, capture_account, reported_flaws);
        }
        if (options.listener != nullptr) {
            options.listener->frame_read(frame_number, *frame);
        }
        if (options.accepts && !options.accepts(*frame)) {
            ++capture_account.skipped[static_cast<std::size_t>(skip_reason::filtered)];
        } else {
            take_segments(decapsulator, *frame, connections, context, capture_account);
        }
        if (options.listener != nullptr) {
            options.listener->frame_done(decapsulator.is_held());
        }
    }
    decapsulator.end();
    connections.finish();
    if (options.listener != nullptr) {
        options.listener->capture_done();
    }
    return frames.problem();
}

namespace {

/// Opens and reads one file; what is wrong with it, or nothing.
std::string dump_file(const std::string& path, const capture_options& options, record_sink& sink, totals& account,
                      capture_totals& capture_account, output& out, const decompression& decompress,
                      const std::function<void(std::string_view)>& report) {
    // The writer of this input may still be running: what came so far is shown before waiting for more.
    input_file file{path,
                    {.on_read = options.on_read,
                     .before_reading =
                         [&] {
                             if (options.is_watched) {
                                 sink.take(input_pause{&account});
                             }
                             out.flush();
                         },
                     .on_pause =
                         [&] {
                             sink.take(input_pause{&account});
                             out.flush();
                         },
                     .pauses_again = options.is_watched,
                     .stop = options.stop,
                     .ends_at = options.ends_after.deadline()}};
    if (file.error() != 0) {
        return "cannot open " + shown_path(path) + ": " + std::strerror(file.error());
    }
    file_source plain{file};
    const std::unique_ptr<byte_source> inside = decompress(plain);
    const std::string_view name = options.files.size() > 1 ? std::string_view{path} : std::string_view{};
    const std::uint64_t frames_before = capture_account.frames;
    byte_source& source = inside ? *inside : plain;
    const std::string problem = dump_capture(source, name, options, sink, account, capture_account, out);
    if (!source.warning().empty()) {
        out.flush();  // so that the message follows the output before it
        report("warning: " + shown_path(path) + ": " + source.warning());
    }
    const std::uint64_t frames = capture_account.frames - frames_before;
    if (file.was_stopped()) {  // inside a frame, as like as not
        return file.was_cut()
                   ? "reading " + shown_path(path) + " was stopped after its first " + base::counted(frames, "frame")
                   : std::string{};
    }
    if (problem.empty()) {
        return {};
    }
    return "cannot read " + shown_path(path) + (frames == 0 ? "" : " to its end") + ": " + problem + "; " +
           (frames == 0 ? "no frame was read" : base::counted(frames, "frame") + " before that were read");
}

void tell_end(const capture_options& options, const std::string& path, std::uint64_t packets,
              const std::string& problem, const output& out) {
    if (options.on_end) {
        const bool is_cut = problem.empty() && out.error() != 0;
        options.on_end({.name = path == "-" ? "standard input" : path,
                        .packets = packets,
                        .problem = is_cut ? "reading ended early: the output cannot be written" : problem});
    }
}

}  // namespace

bool dump_captures(const capture_options& options, record_sink& sink, output& out, const decompression& decompress,
                   const std::function<void(std::string_view)>& report) {
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    std::size_t files_read = 0;
    const bool all_read =
        read_files(options.files, out, options.stop, report, [&](std::size_t, const std::string& path) {
            const std::uint64_t packets_before = account.packets;
            std::string problem =
                has_enough_frames(options, capture_account)
                    ? std::string{}
                    : dump_file(path, options, sink, account, capture_account, out, decompress, report);
            ++files_read;
            tell_end(options, path, account.packets - packets_before, problem, out);
            return problem;
        });
    for (; options.on_end && files_read < options.files.size(); ++files_read) {
        tell_end(options, options.files[files_read], 0, "it was not read: the run ended before", out);
    }
    sink.take(account);
    out.flush();
    return all_read;
}

}  // namespace chatos::dump
