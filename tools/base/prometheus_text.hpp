// Metrics in the Prometheus text format 0.0.4.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::base {

/// A page of metrics, written in the order of the calls.
class prometheus_page {
public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    struct label {
        std::string_view name;
        std::string_view value;  ///< without quotes, backslashes and line ends, which would need escapes
    };

    /// A metric with one sample. The name of a counter ends with _total.
    void counter(std::string_view name, std::string_view help, std::uint64_t value);
    void gauge(std::string_view name, std::string_view help, std::uint64_t value);
    /// What precedes the samples of a metric: its HELP and TYPE.
    void head(std::string_view name, std::string_view type, std::string_view help);
    void sample(std::string_view name, std::initializer_list<label> labels, std::string_view value);
    void sample(std::string_view name, std::initializer_list<label> labels, std::uint64_t value);

    [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

    /// "0.25": seconds without trailing zeros but for one.
    [[nodiscard]] static std::string seconds(std::uint64_t nanoseconds);

private:
    void add(std::initializer_list<std::string_view> pieces);

    std::string text_;
};

}  // namespace chatos::base
