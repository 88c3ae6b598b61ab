// For tests: a chatos-server with metrics, and its scraper.
#pragma once

#include "net/test_connection.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::net::test {

// A server with metrics; its first listener and its scraping address.
struct monitored_server {
    explicit monitored_server(std::vector<std::string> more = {}, const process_setup& setup = {})
        : server{arguments(std::move(more)), setup}, bound{server.bound()} {
        constexpr std::string_view prefix = "metrics on ";
        std::string said = server.out_line();
        while (said.starts_with("listening on ")) {
            said = server.out_line();
        }
        EXPECT_TRUE(said.starts_with(prefix)) << said;
        metrics = said.substr(std::min(prefix.size(), said.size()));
    }

    static std::vector<std::string> arguments(std::vector<std::string> more) {
        more.insert(more.begin(), {"--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"});
        return more;
    }

    [[nodiscard]] std::string get(const std::string& path) const {
        connection scraper{metrics};
        scraper.send_bytes("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        return scraper.receive_all();
    }

    // Samples by name and labels.
    [[nodiscard]] std::map<std::string, std::uint64_t> scrape() const {
        std::istringstream text{get("/metrics")};
        std::map<std::string, std::uint64_t> samples;
        for (std::string row; std::getline(text, row);) {
            const std::size_t space = row.rfind(' ');
            if (row.starts_with("chatos_") || row.starts_with("process_")) {
                samples[row.substr(0, space)] = std::strtoull(row.c_str() + space, nullptr, 10);
            }
        }
        EXPECT_GT(samples.size(), 40U);
        return samples;
    }

    process server;
    std::string bound;
    std::string metrics;
};

}  // namespace chatos::net::test
