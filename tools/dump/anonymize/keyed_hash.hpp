// A keyed hash: HMAC-SHA-256. Only keyed_hash.cpp knows whose it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace chatos::dump {

/// Without its key nobody can compute, or tell from random bytes, what it gives. Movable; not for several threads.
class keyed_hash {
public:
    static constexpr std::size_t bytes = 32;
    using key = std::array<std::uint8_t, bytes>;
    using digest = std::array<std::uint8_t, bytes>;

    explicit keyed_hash(const key& secret);
    keyed_hash(keyed_hash&&) noexcept;
    keyed_hash& operator=(keyed_hash&&) noexcept;
    ~keyed_hash();

    /// Adds to what is hashed next.
    void add(std::span<const std::byte> input) noexcept;
    void add(std::string_view input) noexcept;
    void add(const digest& input) noexcept { add(std::as_bytes(std::span{input})); }
    void add(std::uint64_t number) noexcept;
    /// The hash of what was added since the last call.
    [[nodiscard]] digest finish() noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// A key that nobody knows. Throws std::system_error where the system has no random bytes.
[[nodiscard]] keyed_hash::key random_key();

}  // namespace chatos::dump
