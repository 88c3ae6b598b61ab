#include "dump/live/bpf_filter.hpp"

#include "base/shown_text.hpp"
#include "dump/text/caret_text.hpp"

#include <pcap/pcap.h>
#include <utility>

namespace chatos::dump {

namespace {

constexpr std::uint16_t link_type_raw = 101;
constexpr std::uint16_t link_type_ethernet = 1;

/// Numbers of link types in files are those of the library, with one exception.
int library_type(std::uint16_t link_type) noexcept {
    return link_type == link_type_raw ? DLT_RAW : link_type;
}

/// The error of the expression on that link; empty if there is none. Then `compiled` must be freed.
std::string compile(const std::string& expression, std::uint16_t link_type, bpf_program& compiled) {
    pcap_t* const nowhere = pcap_open_dead(library_type(link_type), static_cast<int>(frame_bytes_max));
    if (nowhere == nullptr) {
        return "out of memory";
    }
    std::string reason;
    if (pcap_compile(nowhere, &compiled, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        reason = base::printable(pcap_geterr(nowhere));
    }
    pcap_close(nowhere);
    return reason;
}

bool makes_sense(const std::string& expression) {
    bpf_program compiled{};
    const bool is_good = compile(expression, link_type_ethernet, compiled).empty();
    pcap_freecode(&compiled);
    return is_good;
}

}  // namespace

struct bpf_filter::program {
    bpf_program code{};
    bool is_good{false};

    program() = default;
    program(const program&) = delete;
    program& operator=(const program&) = delete;
    ~program() { pcap_freecode(&code); }
};

std::string bpf_error_text(const std::string& expression, const bpf_problem& problem) {
    return "bad expression for -f: " + problem.reason + "; look near column " +
           std::to_string(column_at(expression, problem.position)) + ", and see pcap-filter(7)" +
           caret_text(expression, problem.position, problem.size);
}

bpf_filter::bpf_filter(std::string expression) : expression_{std::move(expression)} {}
bpf_filter::~bpf_filter() = default;

std::unique_ptr<bpf_problem> bpf_filter::check() {
    program& ethernet = program_for(link_type_ethernet);
    if (ethernet.is_good) {
        return nullptr;
    }
    auto problem = std::make_unique<bpf_problem>();
    problem->reason = std::exchange(problem_, {});
    constexpr std::size_t examined_bytes_max = 4'096;
    for (std::size_t at = 0; at < std::min(expression_.size(), examined_bytes_max);) {
        const std::size_t begin = expression_.find_first_not_of(' ', at);
        if (begin == std::string::npos) {
            break;
        }
        const std::size_t end = std::min(expression_.find(' ', begin), expression_.size());
        if (problem->size == 0) {
            problem->position = begin;
            problem->size = end - begin;
        }
        if (makes_sense(expression_.substr(0, end))) {
            problem->position = expression_.size();
            problem->size = 0;
        }
        at = end;
    }
    return problem;
}

bpf_filter::program& bpf_filter::program_for(std::uint16_t link_type) {
    std::unique_ptr<program>& slot = programs_[link_type];
    if (!slot) {
        slot = std::make_unique<program>();
        const std::string reason = compile(expression_, link_type, slot->code);
        slot->is_good = reason.empty();
        if (!slot->is_good && problem_.empty()) {
            problem_ = link_type == link_type_ethernet ? reason
                                                       : "the expression of -f makes no sense on link type " +
                                                             std::to_string(link_type) + ": " + reason;
        }
    }
    return *slot;
}

bool bpf_filter::accepts(const captured_frame& frame) {
    if (last_ == nullptr || last_link_type_ != frame.link_type) {
        last_ = &program_for(frame.link_type);
        last_link_type_ = frame.link_type;
    }
    if (!last_->is_good) {
        return false;
    }
    pcap_pkthdr header{};
    header.caplen = static_cast<bpf_u_int32>(frame.bytes.size());
    header.len = frame.original_bytes;
    return pcap_offline_filter(&last_->code, &header, reinterpret_cast<const u_char*>(frame.bytes.data())) != 0;
}

}  // namespace chatos::dump
