// -f: an expression of libpcap's language, applied to frames from anywhere.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace chatos::dump {

/// Where libpcap rejects an expression. libpcap does not say, so this is the end of the longest valid prefix.
struct bpf_problem {
    std::size_t position{0};
    std::size_t size{0};
    std::string reason;  ///< libpcap's words, made printable
};

/// The message about an invalid expression: libpcap's reason and the place, in three lines.
[[nodiscard]] std::string bpf_error_text(const std::string& expression, const bpf_problem& problem);

class bpf_filter {
public:
    explicit bpf_filter(std::string expression);
    ~bpf_filter();
    bpf_filter(const bpf_filter&) = delete;
    bpf_filter& operator=(const bpf_filter&) = delete;

    /// The error of the expression on Ethernet; null if there is none. Some expressions are valid on some links only:
    /// problem() has later errors.
    [[nodiscard]] std::unique_ptr<bpf_problem> check();
    /// Whether the expression accepts the frame. False if it is invalid on the frame's link.
    [[nodiscard]] bool accepts(const captured_frame& frame);
    /// The error on the first link type on which the expression is invalid; empty while there is none.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    struct program;

    program& program_for(std::uint16_t link_type);

    std::string expression_;
    std::map<std::uint16_t, std::unique_ptr<program>> programs_;
    std::uint16_t last_link_type_{0};
    program* last_{nullptr};
    std::string problem_;
};

}  // namespace chatos::dump
