#include "dump/anonymize/keyed_hash.hpp"

#include <cerrno>
#include <nettle/hmac.h>
#include <sys/random.h>
#include <system_error>

namespace chatos::dump {

struct keyed_hash::state {
    hmac_sha256_ctx context{};
};

keyed_hash::keyed_hash(const key& secret) : state_{std::make_unique<state>()} {
    hmac_sha256_set_key(&state_->context, secret.size(), secret.data());
}

keyed_hash::keyed_hash(keyed_hash&&) noexcept = default;
keyed_hash& keyed_hash::operator=(keyed_hash&&) noexcept = default;
keyed_hash::~keyed_hash() = default;

void keyed_hash::add(std::span<const std::byte> input) noexcept {
    hmac_sha256_update(&state_->context, input.size(), reinterpret_cast<const std::uint8_t*>(input.data()));
}

void keyed_hash::add(std::string_view input) noexcept {
    add(std::as_bytes(std::span{input}));
}

void keyed_hash::add(std::uint64_t number) noexcept {
    std::array<std::uint8_t, 8> letters{};
    for (std::uint8_t& letter : letters) {
        letter = static_cast<std::uint8_t>(number & 0xFFU);
        number >>= 8U;
    }
    add(std::as_bytes(std::span{letters}));
}

keyed_hash::digest keyed_hash::finish() noexcept {
    digest result{};
    hmac_sha256_digest(&state_->context, result.size(), result.data());
    return result;
}

keyed_hash::key random_key() {
    keyed_hash::key secret{};
    if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
        throw std::system_error{errno, std::generic_category(), "getrandom"};
    }
    return secret;
}

}  // namespace chatos::dump
