// Where events are shown: lines for people, JSON for programs, or a terminal with a line being edited.
#pragma once

#include "client/event.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::client {

class screen {
public:
    screen() = default;
    screen(const screen&) = delete;
    screen& operator=(const screen&) = delete;
    virtual ~screen() = default;

    virtual void show(const session_event& event) = 0;
    /// True once nothing can be shown any more, because its reader is gone.
    [[nodiscard]] virtual bool is_broken() const = 0;
};

/// Writes all of `text`, waiting where it must. False when nobody reads it any more.
[[nodiscard]] bool write_all(int descriptor, std::string_view text);

/// Plain lines, each written at once so that a program on the other end of a pipe sees it.
class line_screen final : public screen {
public:
    explicit line_screen(int descriptor) : descriptor_{descriptor} {}
    void show(const session_event& event) override;
    [[nodiscard]] bool is_broken() const override { return is_broken_; }

private:
    /// Of a file under way only each quarter is worth a line.
    [[nodiscard]] bool is_worth_a_line(const session_event& event);

    int descriptor_;
    std::map<std::pair<std::string, bool>, std::uint64_t> quarters_shown_;  ///< by peer and direction
    bool is_broken_{false};
};

/// One JSON object per line: client-event.schema.json.
class json_screen final : public screen {
public:
    explicit json_screen(int descriptor) : descriptor_{descriptor} {}
    void show(const session_event& event) override;
    [[nodiscard]] bool is_broken() const override { return is_broken_; }

private:
    int descriptor_;
    bool is_broken_{false};
};

}  // namespace chatos::client
