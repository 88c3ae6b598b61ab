// Who watches a check: knows every frame, every record and every verdict, and makes metrics and kept captures of them.
#pragma once

#include "base/system/http_responder.hpp"
#include "dump/check/check_sink.hpp"
#include "dump/tcp/frame_listener.hpp"
#include "dump/watch/conversation_store.hpp"
#include "dump/watch/incomplete_directions.hpp"
#include "dump/watch/live_figures.hpp"
#include "dump/watch/violation_files.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace chatos::dump {

struct watch_options {
    std::string keep_folder{};  ///< empty: no captures are kept
    std::string metrics{};      ///< where to serve them; empty: nowhere
    std::string version{};      ///< of the program
    bool judges_early{false};   ///< verdicts are wanted before the capture has ended
    bool has_all_clients{false};
    kept_file_bounds bounds{};
    std::function<early_judge::time_point()> now{std::chrono::steady_clock::now};
};

/// The first sink, and the listener of the frames.
class live_watch final : public record_sink, public frame_listener, public check_listener {
public:
    /// Opens everything, see problem(). `judged` must outlive the watch; it gets all records.
    live_watch(const watch_options& options, check_sink& judged);

    /// What could not be opened or written, safe to print; empty if nothing failed.
    [[nodiscard]] std::string problem() const;
    /// Where the metrics are, in one line; empty if they are not served.
    [[nodiscard]] const std::string& announcement() const noexcept { return announcement_; }
    /// What became of the captures of violations, in one line; empty if none were wanted, or nothing was violated.
    [[nodiscard]] std::string kept_text() const;
    [[nodiscard]] const watch_figures& figures() const noexcept { return figures_; }

    void take(const any_record& record) override;

    void frame_read(std::uint64_t number, const captured_frame& frame) override;
    void bytes_given(const stream_position& /*at*/, std::span<const std::byte> /*bytes*/) override {}
    void segment_taken(const stream_position& at, bool is_waiting) override;
    void segment_held() override;
    void fragments_joined(std::span<const std::uint64_t> numbers) override;
    void frame_done(bool is_held) override;
    void completeness_changed(std::uint32_t stream, stream_direction direction, bool is_complete) override {
        incomplete_.change(stream, direction, is_complete);
    }
    void capture_done() override {}

    void violation_found(const located_violation& located) override;
    void looked(const std::vector<conformance::rule_verdict>& settled,
                const std::vector<conformance::rule_verdict>& early, const totals* account) override;
    void capture_judged(const std::vector<conformance::rule_verdict>& verdicts) override;

private:
    struct counts {
        std::uint64_t passed{0};
        std::uint64_t unknowable{0};
    };

    void serve(const std::string& address);
    void note_end(const stream_position& at);

    watch_options options_;
    check_sink& judged_;
    incomplete_directions incomplete_;
    std::optional<conversation_store> store_;
    std::optional<violation_files> files_;
    std::unordered_set<std::uint32_t> half_closed_;  // streams of which one side has ended
    std::uint64_t streams_over_{0};
    std::map<std::string_view, counts> of_earlier_captures_;
    std::map<std::string_view, std::uint64_t> violations_;
    watch_figures figures_;
    std::string problem_;
    std::string announcement_;
    live_figures published_;
    std::unique_ptr<base::http_responder> responder_;  // the last: its thread reads published_
};

}  // namespace chatos::dump
