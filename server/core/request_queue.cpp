#include "core/request_queue.hpp"

namespace chatos::core {

void request_queue::push(const request& request) {
    first_answers_coming_ += request.offers_connection ? 1U : 0U;
    requests_.push_back(request);
}

request* request_queue::find(std::uint32_t number) noexcept {
    return contains(number) ? &requests_[number - first_number_] : nullptr;
}

// FLOW-1: only the oldest request can be answered; the first answer to a PC does not let a later request pass.
std::optional<request_queue::due_answer> request_queue::take_due() {
    if (requests_.empty()) {
        return std::nullopt;
    }
    request& oldest = requests_.front();
    if (oldest.offers_connection && !oldest.first_answer_sent) {
        oldest.first_answer_sent = true;
        --first_answers_coming_;
        return due_answer{.code = error_code::ok, .last = false};
    }
    if (oldest.waiting != 0) {
        return std::nullopt;
    }
    ++first_number_;
    return due_answer{.code = requests_.pop_front().worst, .last = true};
}

std::uint32_t request_queue::abandon() noexcept {
    const std::uint32_t count = requests_.size();
    first_number_ += count;
    first_answers_coming_ = 0;
    requests_.clear();
    return count;
}

}  // namespace chatos::core
