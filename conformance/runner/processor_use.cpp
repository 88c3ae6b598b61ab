#include "runner/processor_use.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace chatos::conformance {

processor_use processor_use_of(pid_t process) {
    processor_use sum;
    std::error_code failed;
    const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
    for (std::filesystem::directory_iterator task{tasks, failed}, end; !failed && task != end; task.increment(failed)) {
        std::ifstream counts{task->path() / "schedstat"};
        std::int64_t ran = 0;
        std::int64_t waited = 0;
        if (counts >> ran >> waited) {
            sum += {std::chrono::nanoseconds{ran}, std::chrono::nanoseconds{waited}};
        }
    }
    return sum;
}

std::chrono::nanoseconds starved_part(std::chrono::nanoseconds passed, const processor_use& before,
                                      const processor_use& after) noexcept {
    // A thread that has ended takes its counts with it.
    const auto ran = static_cast<double>(std::max(after.ran - before.ran, std::chrono::nanoseconds{0}).count());
    const auto waited =
        static_cast<double>(std::max(after.waited - before.waited, std::chrono::nanoseconds{0}).count());
    if (waited <= 0) {
        return std::chrono::nanoseconds{0};
    }
    const double share = static_cast<double>(passed.count()) * (waited / (waited + ran));
    return std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(waited, share))};
}

}  // namespace chatos::conformance
