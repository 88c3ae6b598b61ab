#include "ops/scrape.hpp"

#include "base/http_request.hpp"
#include "ops/metrics_text.hpp"

namespace chatos::ops {

namespace {

constexpr std::string_view plain = "text/plain; charset=utf-8";
constexpr std::string_view prometheus = "text/plain; version=0.0.4; charset=utf-8";

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
    if (request.path != "/metrics" && request.path != "/healthz") {
        return base::http_answer("404 Not Found", plain, "there are /metrics and /healthz\n", with_body);
    }
    const std::optional<service_snapshot> snapshot = sources.snapshot();
    if (!snapshot) {
        return base::http_answer("503 Service Unavailable", plain, "stalled\n", with_body);
    }
    if (request.path == "/metrics") {
        return base::http_answer("200 OK", prometheus, metrics_text(*snapshot, sources.process(), sources.version),
                                 with_body);
    }
    return snapshot->draining ? base::http_answer("503 Service Unavailable", plain, "draining\n", with_body)
                              : base::http_answer("200 OK", plain, "ok\n", with_body);
}

}  // namespace chatos::ops
