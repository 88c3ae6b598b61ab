// SIGINT and SIGTERM end the input, not the program: what was read until then is shown and accounted for.
#pragma once

namespace chatos::dump {

/// Takes both signals as long as it lives; there can be one at a time. Another signal more than a second after the
/// first ends the program as it would without.
class input_stop {
public:
    input_stop();
    ~input_stop();
    input_stop(const input_stop&) = delete;
    input_stop& operator=(const input_stop&) = delete;

    /// Whether a signal came.
    [[nodiscard]] bool is_requested() const noexcept;
    /// Readable, for poll(), once a signal came.
    [[nodiscard]] int descriptor() const noexcept { return wake_; }

private:
    int wake_;
};

}  // namespace chatos::dump
