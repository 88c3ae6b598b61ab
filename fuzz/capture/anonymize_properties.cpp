// --anonymize on any capture: the same verdicts, and nothing of the texts.
#include "base/colors.hpp"
#include "base/system/descriptor.hpp"
#include "capture/capture_properties.hpp"
#include "dump/anonymize/anonymizer.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/check/check_sink.hpp"
#include "dump/record/forwarding_sinks.hpp"
#include "dump/testing/memory_source.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <vector>

namespace chatos::fuzz {

namespace {

class no_records final : public dump::record_sink {
public:
    void take(const dump::any_record& /*record*/) override {}
};

/// The texts of packets.
class packet_texts final : public dump::record_sink {
public:
    void take(const dump::any_record& record) override {
        if (const auto* const packet = std::get_if<dump::packet_record>(&record)) {
            texts.emplace_back(packet->packet.pseudo);
            texts.emplace_back(packet->packet.message);
        }
    }

    std::vector<std::string> texts;
};

void read_all(std::span<const std::byte> file, dump::record_sink& sink, dump::frame_listener* listener = nullptr) {
    dump::output out;
    dump::capture_options options;
    options.listener = listener;
    options.ports.set(7777);
    dump::totals account;
    dump::capture_totals capture;
    account.capture = &capture;
    dump::testing::memory_source source{file};
    (void)dump::dump_capture(source, {}, options, sink, account, capture, out);
    sink.take(account);
}

/// Empty if memory has no room for the file.
std::vector<std::byte> anonymized(std::span<const std::byte> file) {
    constexpr dump::keyed_hash::key secret{7};
    const base::descriptor memory{::memfd_create("anonymized", MFD_CLOEXEC)};
    dump::text_cipher texts{secret};
    dump::text_collector collector{texts};
    read_all(file, collector);
    {
        dump::anonymized_file result{"/proc/self/fd/" + std::to_string(memory.get())};
        dump::server_ports ports;
        ports.set(7777);
        const dump::link_type_map types{};
        dump::anonymizer rewriter{result, texts, secret, ports, types};
        read_all(file, rewriter, &rewriter);
        if (result.error() != 0) {
            return {};
        }
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::max<off_t>(::lseek(memory.get(), 0, SEEK_END), 0)));
    const ssize_t count = ::pread(memory.get(), bytes.data(), bytes.size(), 0);
    return count == static_cast<ssize_t>(bytes.size()) ? bytes : std::vector<std::byte>{};
}

struct judged_capture {
    std::string verdicts;
    std::vector<std::string> texts;
};

judged_capture judged(std::span<const std::byte> file) {
    no_records nothing;
    dump::output out;
    dump::check_sink check{dump::check_form::text, {}, true, nothing, out, base::no_colors};
    packet_texts texts;
    dump::tee_sink both{check, texts};
    read_all(file, both);
    std::string verdicts;
    for (const conformance::rule_verdict& verdict : check.verdicts()) {
        verdicts += std::string{verdict.rule} + ' ' + std::to_string(verdict.passed) + '/' +
                    std::to_string(verdict.violations) + '/' + std::to_string(verdict.inconclusive) + '\n';
    }
    return {std::move(verdicts), std::move(texts.texts)};
}

/// Whether there are many others of its kind.
bool is_plain_word(std::string_view text) {
    constexpr std::size_t longest = 64;
    return text.size() >= 4 && text.size() <= longest && std::ranges::all_of(text, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
           });
}

}  // namespace

verdict check_anonymize(std::span<const std::byte> input) {
    constexpr std::size_t texts_max = 16;  // of more there may be no choice left
    if (input.empty()) {
        return {};
    }
    const std::span<const std::byte> file = input.subspan(1);
    const std::vector<std::byte> anonymous = anonymized(file);
    if (anonymous.empty()) {
        return {};
    }
    const judged_capture before = judged(file);
    const judged_capture after = judged(anonymous);
    if (before.verdicts != after.verdicts) {
        return failure{"verdicts",
                       "passed/violations/unknowable before:\n" + before.verdicts + "and after:\n" + after.verdicts};
    }
    if (before.texts.size() > texts_max) {
        return {};
    }
    for (const std::string& text : before.texts) {
        for (std::size_t at = 0; is_plain_word(text) && at + 4 <= text.size(); ++at) {
            for (const std::string& other : after.texts) {
                if (other.find(text.substr(at, 4)) != std::string::npos) {
                    return failure{"texts", "of \"" + text + "\" something is in \"" + other + "\""};
                }
            }
        }
    }
    return {};
}

}  // namespace chatos::fuzz
