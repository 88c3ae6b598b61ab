#include "dump/live/live_dump.hpp"

#include "dump/live/live_source.hpp"
#include "dump/text/text_format.hpp"

namespace chatos::dump {

bool dump_interface(const std::string& interface, const std::string& expression, const capture_options& options,
                    record_sink& sink, output& out, const std::function<void(std::string_view)>& report) {
    live_source source{interface, expression, options.ports, *options.stop};
    source.end_at(options.ends_after.deadline());
    if (!source.problem().empty()) {
        report(source.problem());
        return false;
    }
    report("capturing on " + shown_path(interface) + "; end it with Ctrl-C");
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    source.on_pause([&sink, &out] {
        sink.take(input_pause{});
        out.flush();
    });
    const std::string problem = dump_frames(source, {}, options, sink, account, capture_account, out);
    sink.take(account);
    out.flush();
    if (const std::uint64_t dropped = source.dropped_frames(); dropped != 0) {
        report(std::to_string(dropped) + " frames came too fast and were dropped by the system: what was in them shows "
                                         "as gaps; narrow it down with -f");
    }
    if (!problem.empty()) {
        report(problem);
    }
    return problem.empty();
}

}  // namespace chatos::dump
