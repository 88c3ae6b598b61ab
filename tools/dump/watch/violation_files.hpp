// --keep DIR: the frames around each violation as a pcapng file of its own. Files and bytes have bounds, of earlier
// runs as well: the oldest files make room for new ones.
#pragma once

#include "dump/check/check_sink.hpp"
#include "dump/watch/conversation_store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace chatos::dump {

struct kept_file_bounds {
    std::size_t files_max{200};
    std::uint64_t bytes_max{256U << 20U};
    std::size_t files_of_rule_max{20};
    /// Of violations of one rule in one stream only the first ones are kept: a client may repeat itself forever.
    std::size_t files_of_stream_max{3};
};

class violation_files {
public:
    struct account {
        std::uint64_t kept{0};
        std::uint64_t removed{0};  ///< older files that made room
        std::uint64_t passed_over{0};
        std::uint64_t failed{0};
    };

    /// Creates the folder where there is none, and learns which files of earlier runs are in it; see problem().
    explicit violation_files(std::string folder, const kept_file_bounds& bounds = {});

    /// Whether a file would be written for the violation.
    [[nodiscard]] bool is_wanted(const conformance::violation& violation) const;
    /// Writes `chatos-20260101T120000Z-PM-4-stream-3-frame-17.pcapng`: the time is that of the violation. Its frame has
    /// the report as a comment.
    void keep(const located_violation& located, const std::vector<const stored_frame*>& frames);
    /// A violation of which no file is kept.
    void pass_over() noexcept { ++account_.passed_over; }

    [[nodiscard]] const account& counts() const noexcept { return account_; }
    /// The first thing that went wrong, safe to print; empty if nothing did.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    struct kept_file {
        std::string name;
        std::string rule;
        std::uint64_t bytes{0};
    };

    void find_files();
    void make_room(std::string_view rule);
    void remove(std::deque<kept_file>::iterator oldest);
    void fail(const std::string& name, int error);

    std::string folder_;
    kept_file_bounds bounds_;
    std::deque<kept_file> files_;  // the oldest first
    std::uint64_t bytes_{0};
    std::map<std::pair<std::string_view, std::uint32_t>, std::size_t> kept_of_stream_;
    account account_;
    std::string problem_;
};

/// `VIOLATION  PM-4 (MUST) by the server: expected ...; came ...`, in one line.
[[nodiscard]] std::string violation_comment(const located_violation& located);

}  // namespace chatos::dump
