#include "dump/live/live_source.hpp"

#include "dump/live/port_filter.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <pcap/pcap.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace chatos::dump {

namespace {

constexpr std::uint16_t raw_ip_link_type = 101;

std::string interface_names() {
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    pcap_if_t* first = nullptr;
    if (pcap_findalldevs(&first, reason.data()) != 0) {
        return {};
    }
    std::string names;
    for (const pcap_if_t* interface = first; interface != nullptr; interface = interface->next) {
        output shown;
        escape(interface->name, [&shown](std::string_view piece) { shown.add(piece); });
        names += (names.empty() ? "" : ", ") + shown.text();
    }
    pcap_freealldevs(first);
    return names;
}

std::string program_path() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    return size > 0 ? std::string{path.data(), static_cast<std::size_t>(size)} : std::string{"chatos-dump"};
}

/// Why an interface cannot be opened, and what to do.
std::string open_problem(int status, const std::string& interface, std::string_view detail) {
    const std::string shown = shown_path(interface);
    switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE: {
        const std::string names = interface_names();
        return "there is no interface " + shown +
               (names.empty() ? "; see the list of: ip link" : "; choose one of these: " + names);
    }
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return "capturing on " + shown + " is not permitted; be root, or permit it once: setcap cap_net_raw+ep " +
               program_path();
    case PCAP_ERROR_IFACE_NOT_UP:
        return "the interface " + shown + " is down; bring it up: ip link set " + interface + " up";
    default: {
        output text;
        escape(detail, [&text](std::string_view piece) { text.add(piece); });
        return "cannot capture on " + shown + ": " + (detail.empty() ? pcap_statustostr(status) : text.text());
    }
    }
}

}  // namespace

struct live_source::handle {
    pcap_t* capture{nullptr};
    std::uint16_t link_type{0};

    handle() = default;
    handle(const handle&) = delete;
    handle& operator=(const handle&) = delete;
    ~handle() {
        if (capture != nullptr) {
            pcap_close(capture);
        }
    }

    [[nodiscard]] bool set_filter(const std::string& expression) const {
        if (expression.empty()) {
            return true;
        }
        bpf_program compiled{};
        const bool is_set = pcap_compile(capture, &compiled, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0 &&
                            pcap_setfilter(capture, &compiled) == 0;
        pcap_freecode(&compiled);
        return is_set;
    }

    /// Empty, or why not.
    std::string open(const std::string& interface, const std::string& expression, const server_ports& ports,
                     int buffer_bytes) {
        std::array<char, PCAP_ERRBUF_SIZE> reason{};
        capture = pcap_create(interface.c_str(), reason.data());
        if (capture == nullptr) {
            return open_problem(PCAP_ERROR, interface, reason.data());
        }
        pcap_set_snaplen(capture, static_cast<int>(frame_bytes_max));
        pcap_set_immediate_mode(capture, 1);
        pcap_set_buffer_size(capture, buffer_bytes);
        pcap_set_tstamp_precision(capture, PCAP_TSTAMP_PRECISION_NANO);
        const int status = pcap_activate(capture);
        if (status < 0) {
            return open_problem(status, interface, pcap_geterr(capture));
        }
        const int library_type = pcap_datalink(capture);
        link_type = library_type == DLT_RAW ? raw_ip_link_type : static_cast<std::uint16_t>(library_type);
        // On a link on which the ports make no sense the expression alone does.
        if (!set_filter(with_ports(ports, expression)) && !set_filter(expression)) {
            return "the expression of -f is not valid on " + shown_path(interface) + ": " + pcap_geterr(capture);
        }
        return pcap_setnonblock(capture, 1, reason.data()) == 0 ? std::string{}
                                                                : open_problem(PCAP_ERROR, interface, reason.data());
    }
};

live_source::live_source(const std::string& interface, const std::string& expression, const server_ports& ports,
                         const input_stop& stop, int buffer_bytes)
    : stop_{stop}, handle_{std::make_unique<handle>()} {
    problem_ = handle_->open(interface, expression, ports, buffer_bytes);
    is_over_ = !problem_.empty();
}

live_source::~live_source() = default;

/// Takes a frame if there is one.
bool live_source::fetch() {
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int status = pcap_next_ex(handle_->capture, &header, &bytes);
    if (status == 1) {
        // With nanoseconds the library uses the same member for them.
        frame_ = {.time = {header->ts.tv_sec, static_cast<std::uint32_t>(header->ts.tv_usec), 9},
                  .link_type = handle_->link_type,
                  .bytes = {reinterpret_cast<const std::byte*>(bytes), header->caplen}};
        set_original_bytes(frame_, header->len);
        if (pcap_get_tstamp_precision(handle_->capture) != PCAP_TSTAMP_PRECISION_NANO) {
            frame_.time.nanoseconds *= 1'000;
            frame_.time.digits = 6;
        }
        return true;
    }
    if (status < 0) {
        is_over_ = true;
        if (status != PCAP_ERROR_BREAK) {
            output reason;
            escape(pcap_geterr(handle_->capture), [&reason](std::string_view piece) { reason.add(piece); });
            problem_ = "capturing ended: " + reason.text();
        }
    }
    return false;
}

void live_source::wait() {
    std::array<pollfd, 2> waits{
        {{pcap_get_selectable_fd(handle_->capture), POLLIN, 0}, {stop_.descriptor(), POLLIN, 0}}};
    constexpr int second_ms = 1'000;
    int time = pauses_each_second_ ? second_ms : -1;
    if (ends_at_) {
        const std::int64_t longest_ms = pauses_each_second_ ? second_ms : 86'400'000;
        const auto remaining =
            std::chrono::ceil<std::chrono::milliseconds>(*ends_at_ - std::chrono::steady_clock::now()).count();
        time = static_cast<int>(std::clamp<std::int64_t>(remaining, 0, longest_ms));
    }
    if (::poll(waits.data(), waits.size(), time) < 0 && errno != EINTR) {
        problem_ = std::string{"cannot wait for frames: "} + std::strerror(errno);
        is_over_ = true;
    }
    is_over_ = is_over_ || waits[1].revents != 0;
}

/// On a busy interface there is always one more frame.
bool live_source::is_past_stop() {
    if (ends_at_ && std::chrono::steady_clock::now() >= *ends_at_) {
        return true;
    }
    if (!stop_.is_requested()) {
        return false;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!stops_at_) {
        stops_at_ = now + stop_time;
    }
    return now > *stops_at_;
}

const captured_frame* live_source::next() {
    while (!is_over_ && !is_past_stop()) {
        if (fetch()) {
            if (pauses_each_second_ && on_pause_ &&
                std::exchange(paused_second_, frame_.time.seconds) != frame_.time.seconds) {
                on_pause_();
            }
            return &frame_;
        }
        if (!is_over_) {
            if (on_pause_) {
                on_pause_();
            }
            wait();
        }
    }
    return nullptr;
}

std::uint64_t live_source::dropped_frames() const {
    pcap_stat counts{};
    return handle_->capture != nullptr && pcap_stats(handle_->capture, &counts) == 0 ? counts.ps_drop : 0;
}

}  // namespace chatos::dump
