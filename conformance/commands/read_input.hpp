// Files that the user named, through their loaders.
#pragma once

#include "base/shown_text.hpp"
#include "commands/commands.hpp"
#include "json/text_file.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// What `loader` makes of the file; complains and returns nothing when it cannot be read or the loader refuses it.
template <typename Loader>
[[nodiscard]] auto read_input(const std::string& path, Loader loader)
    -> std::optional<std::variant_alternative_t<0, decltype(loader("", path))>> {
    const auto text = read_text_file(path);
    if (const auto* error = std::get_if<file_error>(&text)) {
        print_error(base::printable(path) + ": " + error->message);
        return std::nullopt;
    }
    auto loaded = loader(std::get<std::string>(text), path);
    if (const auto* problems = std::get_if<std::vector<problem>>(&loaded)) {
        (void)print_problems(*problems);
        return std::nullopt;
    }
    return std::get<0>(std::move(loaded));
}

}  // namespace chatos::conformance
