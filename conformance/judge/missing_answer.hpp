// A server that has closed a connection sends no more: a request without its answer then never had one.
#pragma once

#include "judge/judge_context.hpp"

#include <string_view>

namespace chatos::conformance {

struct missing_answer {
    const traced_request* request;  ///< that most probably lacks its answer
    std::string_view rule;          ///< that requires it
};

/// Of a connection with fewer answers than requests, whose both sides have ended.
[[nodiscard]] missing_answer find_missing_answer(const judge_context& context, const connection_trace& connection);

}  // namespace chatos::conformance
