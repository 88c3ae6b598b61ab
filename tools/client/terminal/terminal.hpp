// A terminal: the line being typed stays whole below whatever comes in. Line editing and history are libedit's; it asks
// for one character at a time, and while it waits for one the chat continues.
#pragma once

#include "client/chat.hpp"
#include "client/screen.hpp"
#include "client/words.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace chatos::client {

class terminal final : public screen {
public:
    /// Takes over stdin and stdout, which must be terminals, until it is destroyed. `is_colored`: may use colors.
    explicit terminal(bool is_colored);
    ~terminal() override;

    void show(const session_event& event) override;
    [[nodiscard]] bool is_broken() const override;

    /// Lets a person chat until the chat is over.
    void talk(chat& with);

private:
    struct editor;  // libedit's own types, which nobody else needs to know

    [[nodiscard]] std::string formatted(const worded_line& line) const;
    [[nodiscard]] std::string colored(std::string_view color, std::string_view text) const;
    void print(const std::string& line);
    void hide_line();
    void redraw();
    void enter(std::string line);

    std::unique_ptr<editor> editor_;
    bool is_colored_;
};

/// Whether stdin and stdout are a terminal that can move its cursor.
[[nodiscard]] bool is_on_terminal();

}  // namespace chatos::client
