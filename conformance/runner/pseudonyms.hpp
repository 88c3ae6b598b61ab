// Makes the names of a scenario unique for one run, so that runs and scenarios cannot meet on one server.
#pragma once

#include "scenario/scenario.hpp"

#include <string>
#include <string_view>

namespace chatos::conformance {

class pseudonyms {
public:
    /// `run` is the unique part, at most 12 bytes, so that a pseudo has at most 25 (WIRE-14 allows 32 everywhere).
    explicit pseudonyms(std::string run) : run_{std::move(run)} {}

    /// "bob" becomes "bob-x7k2-31".
    [[nodiscard]] std::string pseudo_of(std::string_view name) const;
    /// The text with its {names} replaced, repeated. The loader has checked the names.
    [[nodiscard]] std::string expand(const text_source& source) const;

private:
    std::string run_;
};

/// Four characters that differ from run to run, so that two runs against one server do not meet.
[[nodiscard]] std::string random_run_tag();

}  // namespace chatos::conformance
