#include "dump/live/live_dump.hpp"

#include "dump/live/live_source.hpp"
#include "dump/text/text_format.hpp"

#include <atomic>
#include <csignal>

namespace chatos::dump {

namespace {

std::atomic<live_source*> running{nullptr};
static_assert(std::atomic<live_source*>::is_always_lock_free);

void end_capture(int) {
    if (live_source* const source = running.load()) {
        source->stop();
    }
}

/// Lets signals end the capture instead of the program, as long as it lives.
class signal_guard {
public:
    explicit signal_guard(live_source& source) {
        running.store(&source);
        struct sigaction action {};
        action.sa_handler = end_capture;
        ::sigemptyset(&action.sa_mask);
        for (const int signal : {SIGINT, SIGTERM}) {
            ::sigaction(signal, &action, nullptr);
        }
    }
    signal_guard(const signal_guard&) = delete;
    signal_guard& operator=(const signal_guard&) = delete;
    ~signal_guard() {
        for (const int signal : {SIGINT, SIGTERM}) {
            std::signal(signal, SIG_DFL);
        }
        running.store(nullptr);
    }
};

}  // namespace

bool dump_interface(const std::string& interface, const std::string& expression, const capture_options& options,
                    record_sink& sink, output& out, const std::function<void(std::string_view)>& report) {
    live_source source{interface, expression};
    if (!source.problem().empty()) {
        report(source.problem());
        return false;
    }
    const signal_guard guard{source};
    report("capturing on " + shown_path(interface) + "; end it with Ctrl-C");
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    capture_options live = options;
    live.is_live = true;
    const std::string problem = dump_frames(source, {}, live, sink, account, capture_account, out);
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
