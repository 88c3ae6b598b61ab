#include "client/command.hpp"

#include "base/shown_text.hpp"
#include "client/name_text.hpp"

#include <algorithm>
#include <optional>

namespace chatos::client {
namespace {

command faulty(std::string fault) {
    return {.kind = command_kind::faulty, .fault = std::move(fault)};
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
}

command misused(const command_row& row) {
    return faulty("give " + std::string{row.word} + (row.arguments.empty() ? " alone" : " ") +
                  std::string{row.arguments});
}

}  // namespace

command read_command(std::string_view line) {
    if (is_blank(line)) {
        return {};
    }
    if (!line.starts_with('/')) {
        return {.kind = command_kind::say, .text = std::string{line}};
    }
    if (line.starts_with("//")) {
        return {.kind = command_kind::say, .text = std::string{line.substr(1)}};
    }
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    const auto row = std::find_if(commands.begin(), commands.end(),
                                  [word](const command_row& candidate) { return candidate.word == word; });
    if (row == commands.end()) {
        return faulty("there is no command " + base::printable(word) +
                      "; /help lists them, and //... says /... to everybody");
    }
    std::string_view arguments = line.substr(word.size());
    command read{.kind = row->kind};
    if (row->takes != command_arguments::none) {
        std::optional<std::string> name = read_name(arguments);
        if (!name) {
            return misused(*row);
        }
        read.name = std::move(*name);
    }
    if (row->takes == command_arguments::name_and_text) {
        if (arguments.size() < 2) {
            return misused(*row);
        }
        read.text = arguments.substr(1);  // only the blank that ends the name: the others belong to the text
    } else if (!is_blank(arguments)) {
        return misused(*row);
    }
    return read;
}

std::string help_text() {
    std::string text = "TEXT                  say it to everybody; //TEXT when it begins with a slash\n";
    for (const command_row& row : commands) {
        std::string usage = std::string{row.word} + (row.arguments.empty() ? "" : " ") + std::string{row.arguments};
        usage.resize(std::max<std::size_t>(usage.size(), 22), ' ');
        text += usage + std::string{row.meaning} + "\n";
    }
    text += "Quote a name with blanks: /msg \"Ada L\" hello";
    return text;
}

}  // namespace chatos::client
