// Replaces texts by others that look alike: the same text always by the same one, different ones by different ones.
#pragma once

#include "dump/anonymize/keyed_hash.hpp"
#include "dump/anonymize/text_symbols.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

/// A keyed permutation of all texts that keeps each symbol's alphabet (a Feistel network over the text's symbols, as in
/// format-preserving encryption). Texts that differ in the case of ASCII letters, or in blanks at the end, only, still
/// do. Bounded memory, whatever the number of texts.
class text_cipher {
public:
    explicit text_cipher(const keyed_hash::key& secret) : hash_{secret}, known_(known_words, 0) {}

    /// No four bytes of this text should be in texts that replace() gives. All are to be named before.
    void avoid(std::string_view text);
    /// As long as `text`, in bytes. The choice among 32 keys, or 4 for a text of more than 4 KiB, is that of the fewest
    /// bytes to avoid, if they cannot all be avoided.
    [[nodiscard]] std::string replace(std::string_view text);

private:
    static constexpr std::size_t known_words = std::size_t{1} << 17U;

    [[nodiscard]] std::string permute(std::string_view text, likeness how, std::uint64_t choice);
    void run_round(std::vector<text_symbol>& symbols, std::size_t count, std::uint64_t round,
                   const keyed_hash::digest& shape);
    [[nodiscard]] std::size_t known_bytes(std::string_view text) const;

    keyed_hash hash_;
    std::vector<std::uint64_t> known_;  // a bit for each hash of four bytes
};

}  // namespace chatos::dump
