// -f: an expression of libpcap's language, applied to frames from anywhere.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace chatos::dump {

/// Where an expression stops making sense to libpcap, which does not tell the place: behind the longest start of it
/// that does.
struct bpf_problem {
    std::size_t position{0};
    std::size_t size{0};
    std::string reason;  ///< libpcap's words, made printable
};

/// What is wrong with an expression, for a person: libpcap's reason and the place, in three lines.
[[nodiscard]] std::string bpf_complaint(const std::string& expression, const bpf_problem& problem);

class bpf_filter {
public:
    explicit bpf_filter(std::string expression);
    ~bpf_filter();
    bpf_filter(const bpf_filter&) = delete;
    bpf_filter& operator=(const bpf_filter&) = delete;

    /// Nothing where the expression makes sense on Ethernet; else what is wrong. Some expressions make sense on some
    /// links only: problem() tells what came up later.
    [[nodiscard]] std::unique_ptr<bpf_problem> check();
    /// Whether the expression is true of the frame. False where it makes no sense on the frame's link.
    [[nodiscard]] bool accepts(const captured_frame& frame);
    /// Of the first link type on which the expression makes no sense; empty while there was none.
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
