#include "dump/live/live_dump.hpp"

#include "dump/live/live_source.hpp"
#include "dump/text/text_format.hpp"

namespace chatos::dump {

bool dump_interface(const std::string& interface, const std::string& expression, const capture_options& options,
                    record_sink& sink, output& out, const std::function<void(std::string_view)>& report) {
    live_source source{interface, expression, options.ports, *options.stop,
                       options.is_watched ? live_source::buffer_bytes_watched : live_source::buffer_bytes_default};
    source.end_at(options.ends_after.deadline());
    const auto tell_end = [&](std::uint64_t packets, const std::string& problem, const std::string& note) {
        if (options.on_end) {
            options.on_end({.name = "-i " + interface, .packets = packets, .problem = problem, .note = note});
        }
    };
    if (!source.problem().empty()) {
        report(source.problem());
        tell_end(0, source.problem(), {});
        return false;
    }
    report("capturing on " + shown_path(interface) + "; end it with Ctrl-C");
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    source.on_pause([&] {
        if (options.is_watched) {
            capture_account.dropped = source.dropped_frames();
        }
        sink.take(input_pause{&account});
        out.flush();
    });
    if (options.is_watched) {
        source.pause_each_second();
    }
    const std::string problem = dump_frames(source, {}, options, sink, account, capture_account, out);
    sink.take(account);
    out.flush();
    std::string note;
    if (const std::uint64_t dropped = source.dropped_frames(); dropped != 0) {
        note = std::to_string(dropped) + " frames came too fast and were dropped by the system: what was in them shows "
                                         "as gaps; narrow it down with -f";
        report(note);
    }
    if (!problem.empty()) {
        report(problem);
    }
    tell_end(account.packets, problem, note);
    return problem.empty();
}

}  // namespace chatos::dump
