#include "ops/scrape.hpp"

#include "base/http_request.hpp"
#include "base/prometheus_text.hpp"
#include "ops/metrics_text.hpp"

namespace chatos::ops {

namespace {

constexpr std::string_view plain = "text/plain; charset=utf-8";

}  // namespace

std::string answer_scrape(std::string_view head, const scrape_sources& sources) {
    const base::http_request request = base::parse_http_request(head);
    if (!request.well_formed) {
        return base::http_answer("400 Bad Request", plain, "this is no HTTP request\n");
    }
    const bool with_body = request.method != "HEAD";
    if (with_body && request.method != "GET") {
        return base::http_answer("405 Method Not Allowed", plain, "only GET and HEAD\n");
    }
    const auto unavailable = [with_body](std::string_view why) {
        return base::http_answer("503 Service Unavailable", plain, why, with_body);
    };
    const bool is_known = request.path == "/metrics" || request.path == "/healthz" || request.path == "/livez" ||
                          request.path == "/readyz";
    if (!is_known) {
        return base::http_answer("404 Not Found", plain, "there are /metrics, /healthz, /livez and /readyz\n",
                                 with_body);
    }
    const std::optional<service_snapshot> snapshot = sources.snapshot();
    if (!snapshot) {
        return unavailable("stalled\n");
    }
    if (request.path == "/metrics") {
        return base::http_answer("200 OK", base::prometheus_page::content_type,
                                 metrics_text(*snapshot, sources.process(), sources.version), with_body);
    }
    if (snapshot->draining && request.path != "/livez") {
        return unavailable("draining\n");
    }
    if (!snapshot->accepting && request.path == "/readyz") {
        return unavailable("not accepting connections\n");
    }
    return base::http_answer("200 OK", plain, "ok\n", with_body);
}

}  // namespace chatos::ops
