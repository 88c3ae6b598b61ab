// What an attack has shown: for each thing that was looked at, what is wanted, what was seen, and whether it is so.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace chatos::attack {

enum class verdict : std::uint8_t {
    as_wanted,
    not_as_wanted,
    note,    ///< a figure that nothing is wanted of, or that the speed of the machine decides
    not_run  ///< this machine does not allow it; `observed` says why
};

struct finding {
    std::string subject{};
    std::string wanted{};  ///< empty for a note
    std::string observed{};
    verdict result{verdict::note};
};

/// The findings of one attack.
class findings {
public:
    /// `times_count` is false in a short run, whose verdicts must not depend on the speed or the load of the machine.
    explicit findings(bool times_count) : times_count_{times_count} {}

    void check(std::string subject, std::string wanted, std::string observed, bool is_as_wanted);
    /// A time, or a rate: in a short run a note.
    void check_time(std::string subject, std::string wanted, std::string observed, bool is_as_wanted);
    void note(std::string subject, std::string observed);
    void not_run(std::string subject, std::string why);

    [[nodiscard]] const std::vector<finding>& all() const noexcept { return all_; }
    /// The worst of them: not as wanted, then not run, then as wanted.
    [[nodiscard]] verdict result() const noexcept;

private:
    bool times_count_;
    std::vector<finding> all_;
};

/// A row of the report.
struct attack_report {
    std::string row{};
    std::string name{};
    double seconds{0};
    std::vector<finding> all{};
    verdict result{verdict::note};
};

[[nodiscard]] std::string text_of(const attack_report& report);
[[nodiscard]] std::string json_of(const std::vector<attack_report>& reports);

/// "12.3 ms", "1.24 s".
[[nodiscard]] std::string time_text(std::chrono::nanoseconds time);
/// "1.2 %"; "none" of nothing.
[[nodiscard]] std::string share_text(std::uint64_t part, std::uint64_t whole);
/// "17.3 MiB".
[[nodiscard]] std::string bytes_text(double bytes);
/// With a comma at every third digit.
[[nodiscard]] std::string count_text(std::uint64_t count);
/// Two digits after the point.
[[nodiscard]] std::string real_text(double value);

}  // namespace chatos::attack
