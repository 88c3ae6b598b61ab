// chatos-dump -i: an interface, from its frames to records, until a signal ends it.
#pragma once

#include "dump/capture/capture_dump.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Shows what the interface sees until `options.stop`, which must not be null, then the summary. Reports the start and
/// errors to `report`. False if it could not start, or ended by itself.
[[nodiscard]] bool dump_interface(const std::string& interface, const std::string& expression,
                                  const capture_options& options, record_sink& sink, output& out,
                                  const std::function<void(std::string_view)>& report);

}  // namespace chatos::dump
