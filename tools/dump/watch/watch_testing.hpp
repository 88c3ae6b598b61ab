// For tests: a check that is watched, of frames between which time passes by hand.
#pragma once

#include "base/capture_builder.hpp"
#include "base/colors.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/check/check_sink.hpp"
#include "dump/watch/live_watch.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {

/// Frames, or pauses of so long.
struct paced_step {
    base::wire::byte_string frame{};
    std::chrono::milliseconds pause{0};
};

/// The frames of connections to one server; sequence and acknowledgement numbers follow from what was sent.
class paced_talk {
public:
    void open(std::uint16_t port) {
        numbers& of = numbers_.emplace(port, numbers{}).first->second;
        add({.sequence = of.client - 1, .flags = base::wire::syn, .client_port = port});
        add({.sequence = of.server - 1,
             .flags = base::wire::syn | base::wire::ack,
             .acknowledgement = of.client,
             .from_server = true,
             .client_port = port});
    }
    void from_client(std::uint16_t port, std::string_view payload, bool is_captured = true) {
        numbers& of = numbers_.at(port);
        if (is_captured) {
            add({.sequence = of.client, .payload = payload, .acknowledgement = of.server, .client_port = port});
        }
        of.client += static_cast<std::uint32_t>(payload.size());
    }
    void from_server(std::uint16_t port, std::string_view payload) {
        numbers& of = numbers_.at(port);
        add({.sequence = of.server,
             .payload = payload,
             .acknowledgement = of.client,
             .from_server = true,
             .client_port = port});
        of.server += static_cast<std::uint32_t>(payload.size());
    }
    void pause(std::chrono::milliseconds time) { steps_.push_back({.pause = time}); }

    [[nodiscard]] const std::vector<paced_step>& steps() const noexcept { return steps_; }

private:
    struct numbers {
        std::uint32_t client{10};
        std::uint32_t server{100};
    };

    void add(const base::wire::segment& segment) { steps_.push_back({.frame = base::wire::frame_of(segment)}); }

    std::map<std::uint16_t, numbers> numbers_;
    std::vector<paced_step> steps_;
};

/// Each frame comes a millisecond after the last one.
class paced_frames final : public frame_source {
public:
    paced_frames(const std::vector<paced_step>& steps, std::function<void(std::chrono::milliseconds)> on_pause)
        : steps_{steps}, on_pause_{std::move(on_pause)} {}

    [[nodiscard]] const captured_frame* next() override {
        while (index_ < steps_.size()) {
            const paced_step& step = steps_[index_++];
            time_ += step.frame.empty() ? step.pause : std::chrono::milliseconds{1};
            if (step.frame.empty()) {
                on_pause_(step.pause);
                continue;
            }
            frame_ = {.time = {1'700'000'000 + time_.count() / 1'000,
                               static_cast<std::uint32_t>(time_.count() % 1'000) * 1'000'000, 9},
                      .link_type = 1,
                      .bytes = step.frame,
                      .original_bytes = static_cast<std::uint32_t>(step.frame.size())};
            return &frame_;
        }
        return nullptr;
    }
    [[nodiscard]] const std::string& problem() const override { return problem_; }

private:
    const std::vector<paced_step>& steps_;
    std::function<void(std::chrono::milliseconds)> on_pause_;
    std::size_t index_{0};
    std::chrono::milliseconds time_{0};
    captured_frame frame_;
    std::string problem_;
};

class null_record_sink final : public record_sink {
public:
    void take(const any_record& /*record*/) override {}
};

/// A check of the server alone, and who watches it.
class watched_check {
public:
    explicit watched_check(watch_options options = {}) {
        options.judges_early = true;
        options.now = [this] { return now_; };
        conformance::judge_settings settings;
        settings.judges_clients = false;
        settings.has_all_clients = options.has_all_clients;
        judged_.emplace(check_form::text, settings, true, nothing_, out_, base::no_colors);
        watch_.emplace(options, *judged_);
    }

    /// Reads the steps; `after_pause`, if any, is called after each pause.
    void run(const std::vector<paced_step>& steps, const std::function<void()>& after_pause = {}) {
        totals account;
        capture_totals capture_account;
        account.capture = &capture_account;
        capture_options options;
        options.listener = &*watch_;
        options.is_watched = true;
        options.ports.set(7777);
        paced_frames frames{steps, [&](std::chrono::milliseconds time) {
                                now_ += time;
                                watch_->take(input_pause{&account});
                                if (after_pause) {
                                    after_pause();
                                }
                            }};
        (void)dump_frames(frames, {}, options, *watch_, account, capture_account, out_);
        watch_->take(account);
    }
    [[nodiscard]] std::string text() const { return out_.text(); }
    [[nodiscard]] live_watch& watch() { return *watch_; }
    [[nodiscard]] check_sink& judged() { return *judged_; }
    /// How many violations the output tells.
    [[nodiscard]] std::size_t violations() const {
        std::size_t count = 0;
        const std::string lines = text();
        for (std::size_t at = lines.find("VIOLATION"); at != std::string::npos; at = lines.find("VIOLATION", at + 1)) {
            ++count;
        }
        return count;
    }

private:
    early_judge::time_point now_{std::chrono::hours{1}};
    null_record_sink nothing_;
    output out_;
    std::optional<check_sink> judged_;
    std::optional<live_watch> watch_;
};

}  // namespace chatos::dump::testing
