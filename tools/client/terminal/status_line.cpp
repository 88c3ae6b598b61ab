#include "client/terminal/status_line.hpp"

#include "base/text_columns.hpp"
#include "client/name_text.hpp"

#include <algorithm>

namespace chatos::client {
namespace {

constexpr std::size_t bar_columns = 20;

std::chrono::seconds seconds_left(instant limit, instant now) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(limit - now), std::chrono::seconds{0});
}

std::string bar_of(const file_progress& file) {
    const double done = file.size == 0 ? 1.0 : static_cast<double>(file.bytes) / static_cast<double>(file.size);
    const auto filled = static_cast<std::size_t>(done * bar_columns);
    std::string bar(filled, '=');
    bar += filled < bar_columns ? ">" : "";
    bar.resize(bar_columns, ' ');
    return file.name + " [" + bar + "] " + std::to_string(static_cast<int>(done * 100)) + "%";
}

}  // namespace

std::string prompt_text(const std::vector<undecided_contact>& undecided, const std::vector<file_progress>& files,
                        instant now, std::size_t columns_max) {
    std::vector<std::string> parts;
    for (const undecided_contact& contact : undecided) {
        parts.push_back(shown_name(contact.from) + " asks (" +
                        std::to_string(seconds_left(contact.limit, now).count()) + " s)");
    }
    for (const file_progress& file : files) {
        parts.push_back(bar_of(file));
    }
    std::string text;
    for (const std::string& part : parts) {
        if (base::columns_of(text) + base::columns_of(part) + 2 <= columns_max) {
            text += part + " ";
        }
    }
    return text + "> ";
}

std::optional<instant> next_prompt_change(const std::vector<undecided_contact>& undecided, instant now) {
    std::optional<instant> next;
    for (const undecided_contact& contact : undecided) {
        // The moment at which one second less is left.
        const instant change = contact.limit - (seconds_left(contact.limit, now) - std::chrono::seconds{1});
        next = next ? std::min(*next, change) : change;
    }
    return next;
}

}  // namespace chatos::client
