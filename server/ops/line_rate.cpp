#include "ops/line_rate.hpp"

#include <utility>

namespace chatos::ops {

line_rate::kind& line_rate::find(std::string_view name) noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
        if (kinds_[i].name == name) {
            return kinds_[i];
        }
    }
    if (size_ == kinds_max) {
        return kinds_.back();
    }
    kinds_[size_].name = name;
    return kinds_[size_++];
}

bool line_rate::admit(std::string_view name, time_point now) noexcept {
    if (per_second_max_ == 0) {
        return true;
    }
    kind& counted = find(name);
    if (counted.written == 0 || now - counted.second_since >= std::chrono::seconds{1}) {
        counted.second_since = now;
        counted.written = 0;
    }
    if (counted.written == per_second_max_) {
        ++counted.refused;
        ++refused_;
        return false;
    }
    ++counted.written;
    return true;
}

std::uint64_t line_rate::take_refused(std::string_view name) noexcept {
    return per_second_max_ == 0 ? 0 : std::exchange(find(name).refused, 0);
}

}  // namespace chatos::ops
