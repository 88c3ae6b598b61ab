// Metrics as text, the answers to a scraper, and the exchange between the two threads.
#include "base/http_request.hpp"
#include "ops/metrics_text.hpp"
#include "ops/scrape.hpp"
#include "ops/snapshot_board.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace chatos::ops {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

service_snapshot busy() {
    service_snapshot snapshot;
    snapshot.core.connections_open = 5;
    snapshot.core.packets_by_opcode = {0, 1, 2, 3, 4, 5, 6};
    snapshot.core.requests_accepted = 15;
    snapshot.core.requests_answered = 10;
    snapshot.core.requests_abandoned = 2;
    snapshot.core.requests_pending = 3;
    snapshot.core.refused_by_violation = {0, 11, 12, 13, 14, 15, 16};
    snapshot.core.deliveries_timed_out = 21;
    snapshot.core.output_bytes_queued = 18'446'744'073'709'551'615U;
    snapshot.core.tunnels_open = 32;
    snapshot.core.tunnels_idle = 33;
    snapshot.core.tunnels_without_room_by_limit = {0, 34, 35, 36};
    snapshot.closed_address_limit = 31;
    return snapshot;
}

TEST(MetricsText, says_what_was_counted_under_the_names_that_dashboards_use) {
    const std::string text = metrics_text(busy(), {.resident_bytes = 41, .descriptors_open = 42}, "1.2.3");
    for (const char* line :
         {"chatos_build_info{version=\"1.2.3\"} 1\n", "chatos_connections 5\n", "chatos_users 0\n",
          "chatos_packets_received_total{packet=\"SPM\"} 3\n", "chatos_packets_received_total{packet=\"ERROR\"} 6\n",
          "chatos_requests_accepted_total 15\n", "chatos_requests_pending 3\n",
          "chatos_deliveries_settled_total{cause=\"time_limit\"} 21\n",
          "chatos_refused_input_total{rule=\"WIRE-1\"} 11\n", "chatos_refused_input_total{rule=\"WIRE-12\"} 16\n",
          "chatos_closed_total{cause=\"address_limit\"} 31\n", "chatos_tunnels_open 32\n",
          "chatos_tunnels_idle_total 33\n", "chatos_tunnels_without_room_total{cause=\"total\"} 34\n",
          "chatos_tunnels_without_room_total{cause=\"address\"} 36\n",
          "chatos_output_bytes_queued 18446744073709551615\n", "process_resident_memory_bytes 41\n",
          "process_open_fds 42\n"}) {
        EXPECT_TRUE(contains(text, std::string{"\n"} + line)) << line;
    }
}

TEST(MetricsText, every_sample_follows_the_help_and_type_of_its_name_and_comes_once) {
    std::istringstream text{metrics_text(busy(), {}, "1.2.3")};
    const std::regex sample{R"(([a-z_]+)(\{[a-z]+="[^"]+"\})? [0-9]+(\.[0-9]+)?)"};
    std::string described;
    std::string typed;
    std::string kind;
    std::set<std::string> strings;
    std::size_t samples = 0;
    for (std::string line; std::getline(text, line);) {
        std::istringstream words{line};
        std::string hash;
        std::string word;
        if (line.starts_with("# HELP ")) {
            words >> hash >> word >> described;
            EXPECT_TRUE(line.ends_with('.')) << line;
        } else if (line.starts_with("# TYPE ")) {
            words >> hash >> word >> typed >> kind;
            EXPECT_TRUE(strings.insert("TYPE " + typed).second) << "metrics of one name lie together: " << line;
        } else {
            std::smatch parts;
            ASSERT_TRUE(std::regex_match(line, parts, sample)) << line;
            std::string name = parts[1];
            if (kind == "histogram") {
                const std::size_t part = name.rfind('_');
                EXPECT_TRUE(name.substr(part) == "_bucket" || name.substr(part) == "_sum" ||
                            name.substr(part) == "_count")
                    << line;
                name.resize(part);
            }
            EXPECT_EQ(name, described);
            EXPECT_EQ(name, typed);
            EXPECT_EQ(typed.ends_with("_total"), kind == "counter") << line;
            EXPECT_EQ(typed.ends_with("_seconds"), kind == "histogram") << line;
            EXPECT_TRUE(strings.insert(line.substr(0, line.rfind(' '))).second) << line;
            ++samples;
        }
    }
    EXPECT_GT(samples, 40U);
}

// Sources that are at hand.
scrape_sources giving(const std::optional<service_snapshot>& snapshot) {
    return {.snapshot = [snapshot] { return snapshot; }, .process = [] { return process_figures{}; }, .version = "1"};
}

TEST(MetricsText, histograms_count_everything_up_to_each_bound) {
    service_snapshot snapshot;
    for (const std::int64_t ns : {-5LL, 0LL, 1LL, 64'000LL, 64'001LL, 128'000LL, 1'000'000'000LL, 90'000'000'000LL}) {
        snapshot.core.answer_times.add(std::chrono::nanoseconds{ns});
    }
    const std::string text = metrics_text(snapshot, {}, "1");
    for (const char* line :
         {"# TYPE chatos_delivery_answer_seconds histogram\n",
          "chatos_delivery_answer_seconds_bucket{le=\"0.000064\"} 4\n",
          "chatos_delivery_answer_seconds_bucket{le=\"0.000128\"} 6\n",
          "chatos_delivery_answer_seconds_bucket{le=\"0.524288\"} 6\n",
          "chatos_delivery_answer_seconds_bucket{le=\"1.048576\"} 7\n",
          "chatos_delivery_answer_seconds_bucket{le=\"67.108864\"} 7\n",
          "chatos_delivery_answer_seconds_bucket{le=\"+Inf\"} 8\n", "chatos_delivery_answer_seconds_sum 91.000256002\n",
          "chatos_delivery_answer_seconds_count 8\n", "chatos_turn_seconds_sum 0.0\n"}) {
        EXPECT_TRUE(contains(text, std::string{"\n"} + line)) << line << text;
    }
}

TEST(Scrape, healthz_tells_service_draining_and_a_stuck_loop_apart) {
    const std::string ask = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    service_snapshot snapshot;
    EXPECT_TRUE(answer_scrape(ask, giving(snapshot)).starts_with("HTTP/1.1 200 OK\r\n"));
    snapshot.draining = true;
    const std::string draining = answer_scrape(ask, giving(snapshot));
    EXPECT_TRUE(draining.starts_with("HTTP/1.1 503 "));
    EXPECT_TRUE(draining.ends_with("\r\n\r\ndraining\n"));
    EXPECT_TRUE(answer_scrape(ask, giving(std::nullopt)).ends_with("\r\n\r\nstalled\n"));
}

TEST(Scrape, livez_and_readyz_tell_a_loop_that_turns_from_one_that_takes_clients) {
    const auto status = [](const char* path, const std::optional<service_snapshot>& snapshot) {
        const scrape_sources sources{.snapshot = [&snapshot] { return snapshot; }, .process = {}, .version = "1"};
        return answer_scrape("GET " + std::string{path} + " HTTP/1.1\r\n\r\n", sources).substr(9, 3);
    };
    service_snapshot snapshot;
    EXPECT_EQ(status("/livez", snapshot) + status("/readyz", snapshot) + status("/healthz", snapshot), "200200200");
    snapshot.accepting = false;
    EXPECT_EQ(status("/livez", snapshot) + status("/readyz", snapshot) + status("/healthz", snapshot), "200503200");
    snapshot.draining = true;
    EXPECT_EQ(status("/livez", snapshot) + status("/readyz", snapshot) + status("/healthz", snapshot), "200503503");
    EXPECT_EQ(status("/livez", std::nullopt) + status("/readyz", std::nullopt), "503503");
}

TEST(Scrape, metrics_come_with_their_content_type_and_length) {
    const std::string answer = answer_scrape("GET /metrics?x=1 HTTP/1.1\r\n\r\n", giving(busy()));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    EXPECT_TRUE(contains(answer, "Content-Length: " + std::to_string(body.size()) + "\r\n"));
    EXPECT_EQ(body, metrics_text(busy(), {}, "1"));
    const std::string head = answer_scrape("HEAD /metrics HTTP/1.1\r\n\r\n", giving(busy()));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(contains(head, "Content-Length: " + std::to_string(body.size()) + "\r\n"));
}

TEST(Scrape, what_is_not_there_and_what_is_no_request_is_refused) {
    const std::pair<const char*, const char*> cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", "404"},
        {"GET /metricsx HTTP/1.1\r\n\r\n", "404"},
        {"POST /metrics HTTP/1.1\r\n\r\n", "405"},
        {"GET /metrics\r\n\r\n", "400"},
        {"GET  HTTP/1.1\r\n\r\n", "400"},
        {"get /metrics HTTP/1.1\r\n\r\n", "400"},
        {"GET metrics HTTP/1.1\r\n\r\n", "400"},
        {"", "400"},
        {"\x16\x03\x01 TLS", "400"},
        {"GET /metrics HTTP/2\r\n\r\n", "400"},
    };
    for (const auto& [request, status] : cases) {
        EXPECT_EQ(answer_scrape(request, giving(busy())).substr(9, 3), status) << request;
    }
}

TEST(Scrape, nothing_but_metrics_takes_process_figures_and_what_is_not_there_takes_no_snapshot) {
    int snapshots = 0;
    int figures = 0;
    const scrape_sources counting{.snapshot =
                                      [&snapshots] {
                                          ++snapshots;
                                          return std::optional{service_snapshot{}};
                                      },
                                  .process =
                                      [&figures] {
                                          ++figures;
                                          return process_figures{};
                                      },
                                  .version = "1"};
    for (const char* refused : {"GET / HTTP/1.1\r\n\r\n", "POST /metrics HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"}) {
        static_cast<void>(answer_scrape(refused, counting));
    }
    EXPECT_EQ(snapshots, 0);
    static_cast<void>(answer_scrape("GET /healthz HTTP/1.1\r\n\r\n", counting));
    EXPECT_EQ(snapshots, 1);
    EXPECT_EQ(figures, 0);
    static_cast<void>(answer_scrape("GET /metrics HTTP/1.1\r\n\r\n", counting));
    EXPECT_EQ(snapshots, 2);
    EXPECT_EQ(figures, 1);
}

TEST(SnapshotBoard, an_asker_gets_what_is_published_after_it_asked) {
    snapshot_board board;
    board.publish({.accept_pauses = 1});
    std::jthread loop;
    const auto samples = board.request([&] { loop = std::jthread{[&board] { board.publish({.accept_pauses = 2}); }}; },
                                       std::chrono::seconds{60});
    ASSERT_TRUE(samples.has_value());
    EXPECT_EQ(samples->accept_pauses, 2U);
    EXPECT_FALSE(board.request([] {}, std::chrono::milliseconds{1}).has_value()) << "nobody publishes";
}

TEST(ProcessFigures, are_those_of_this_process) {
    const process_figures figures = read_process_figures();
    EXPECT_GT(figures.resident_bytes, 100'000U);
    EXPECT_GE(figures.descriptors_open, 3U);
    EXPECT_GT(figures.descriptors_max, figures.descriptors_open);
}

}  // namespace
}  // namespace chatos::ops
