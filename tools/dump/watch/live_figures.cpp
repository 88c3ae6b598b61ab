#include "dump/watch/live_figures.hpp"

#include "base/http_request.hpp"
#include "base/prometheus_text.hpp"
#include "base/system/process_usage.hpp"

#include <unistd.h>
#include <utility>

namespace chatos::dump {

namespace {

void add_verdicts(base::prometheus_page& page, const watch_figures& figures) {
    constexpr std::string_view name = "chatos_dump_verdicts_total";
    page.head(name, "counter",
              "Checks of each rule by verdict; unknowable ones count when nothing to come can decide them.");
    for (const watch_figures::rule_counts& each : figures.rules) {
        page.sample(name, {{"rule", each.rule}, {"verdict", "pass"}}, each.passed);
        page.sample(name, {{"rule", each.rule}, {"verdict", "fail"}}, each.violations);
        page.sample(name, {{"rule", each.rule}, {"verdict", "unknowable"}}, each.unknowable);
    }
}

void add_input(base::prometheus_page& page, const watch_figures& figures) {
    page.counter("chatos_dump_frames_total", "Frames read.", figures.capture.frames);
    page.counter("chatos_dump_frames_decoded_total", "Frames with a segment of a followed stream.",
                 figures.capture.decoded);
    constexpr std::string_view skipped = "chatos_dump_frames_skipped_total";
    page.head(skipped, "counter", "Frames without one, by reason.");
    for (std::size_t index = 1; index < skip_reason_count; ++index) {
        page.sample(skipped, {{"reason", skip_reason_name(static_cast<skip_reason>(index))}},
                    figures.capture.skipped[index]);
    }
    page.counter("chatos_dump_frames_dropped_total", "Frames that the system had no room for.",
                 figures.capture.dropped);
    page.gauge("chatos_dump_streams_open", "Streams that have not ended.", figures.streams_open);
    page.counter("chatos_dump_streams_total", "Streams seen.", figures.account.streams);
    page.counter("chatos_dump_packets_total", "Packets decoded.", figures.account.packets);
    constexpr std::string_view bytes = "chatos_dump_stream_bytes_total";
    page.head(bytes, "counter", "Bytes of streams, by what became of them.");
    page.sample(bytes, {{"kind", "packets"}}, figures.account.packet_bytes);
    page.sample(bytes, {{"kind", "malformed"}}, figures.account.malformed_bytes);
    page.sample(bytes, {{"kind", "incomplete"}}, figures.account.incomplete_bytes);
    page.sample(bytes, {{"kind", "unframed"}}, figures.account.unframed_bytes);
    page.sample(bytes, {{"kind", "missing"}}, figures.capture.bytes.missing_bytes);
    page.counter("chatos_dump_evictions_total", "Times that state was dropped to bound memory.",
                 figures.capture.evicted);
    constexpr std::string_view last = "chatos_dump_last_frame_timestamp_seconds";
    page.head(last, "gauge", "When the last frame with a packet or event came, since 1970; 0: none did.");
    const std::uint64_t seconds =
        figures.last_frame.seconds < 0 ? 0 : static_cast<std::uint64_t>(figures.last_frame.seconds);
    page.sample(last, {}, seconds);
}

}  // namespace

std::string metrics_text(const watch_figures& figures, std::uint64_t resident_bytes, std::string_view version) {
    base::prometheus_page page;
    constexpr std::string_view build = "chatos_dump_build_info";
    page.head(build, "gauge", "The program's version; always 1.");
    page.sample(build, {{"version", version}}, 1);
    add_verdicts(page, figures);
    add_input(page, figures);
    page.counter("chatos_dump_kept_files_total", "Captures of violations written to the folder of --keep.",
                 figures.files.kept);
    page.counter("chatos_dump_kept_files_removed_total", "Older captures of violations that made room.",
                 figures.files.removed);
    page.counter("chatos_dump_violations_not_kept_total",
                 "Violations without a capture: like those before, their frames gone, or not writable.",
                 figures.files.passed_over + figures.files.failed);
    page.gauge("process_resident_memory_bytes", "Physical memory in use.", resident_bytes);
    return page.take();
}

void live_figures::publish(watch_figures figures) {
    const std::lock_guard lock{mutex_};
    figures_ = std::move(figures);
}

std::string live_figures::answer(std::string_view head, std::string_view version) const {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    const base::http_request request = base::parse_http_request(head);
    if (!request.well_formed) {
        return base::http_answer("400 Bad Request", plain, "this is no HTTP request\n");
    }
    const bool with_body = request.method != "HEAD";
    if (with_body && request.method != "GET") {
        return base::http_answer("405 Method Not Allowed", plain, "only GET and HEAD\n");
    }
    if (request.path == "/healthz") {
        return base::http_answer("200 OK", plain, "ok\n", with_body);
    }
    if (request.path != "/metrics") {
        return base::http_answer("404 Not Found", plain, "there are /metrics and /healthz\n", with_body);
    }
    watch_figures figures;
    {
        const std::lock_guard lock{mutex_};
        figures = figures_;
    }
    return base::http_answer("200 OK", base::prometheus_page::content_type,
                             metrics_text(figures, base::resident_bytes(::getpid()).value_or(0), version), with_body);
}

}  // namespace chatos::dump
