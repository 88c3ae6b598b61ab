// What a frame is that holds no TCP segment of a followed stream: said of skipped frames, so that people know what they
// captured.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace chatos::dump {

/// Kinds that no number tells.
enum class known_kind : std::uint16_t {
    ieee80211_encrypted,
    ieee80211_fragment,
    ieee80211_damaged,
    ieee80211_management,
    ieee80211_control,
    ieee80211_no_data,
    ieee80211_other,
    wireguard,
    tls,
    dtls,
    quic,
    esp_in_udp,
    l2tp_control,
    llc,
    stp,
    ppp_control,
    ppp_compressed,
    ppp_encrypted,
    ppp_multilink,
    mpls_channel,
    arcnet_fragment,
    capwap,
    lwapp,
    no_packet,
};

/// A kind of frame: a known one, or a number of some registry.
class frame_kind {
public:
    enum class registry : std::uint8_t { none, known, link_type, ether_type, ip_protocol };

    constexpr frame_kind() noexcept = default;
    constexpr frame_kind(known_kind kind) noexcept : frame_kind{registry::known, static_cast<std::uint16_t>(kind)} {}
    constexpr frame_kind(registry from, std::uint16_t number) noexcept : number_{number}, registry_{from} {}

    [[nodiscard]] constexpr registry from() const noexcept { return registry_; }
    [[nodiscard]] constexpr std::uint16_t number() const noexcept { return number_; }
    /// "802.11 (encrypted)", "link type 147", "link type 189 (USB)", "ARP", "EtherType 0x88b5", "UDP", "IP protocol
    /// 99".
    [[nodiscard]] std::string name() const;

    friend constexpr bool operator==(const frame_kind&, const frame_kind&) = default;

private:
    std::uint16_t number_{0};
    registry registry_{registry::none};
};

/// Frames by kind. Bounded: those of the kinds that come after the first `kinds_max` are counted together.
class frame_kind_counts {
public:
    static constexpr std::size_t kinds_max = 64;

    struct row {
        frame_kind kind{};
        std::uint64_t frames{0};
    };

    void add(frame_kind kind) noexcept;
    /// In the order in which they came.
    [[nodiscard]] std::span<const row> rows() const noexcept { return std::span{rows_}.first(used_); }
    [[nodiscard]] std::uint64_t others() const noexcept { return others_; }

private:
    std::array<row, kinds_max> rows_{};
    std::size_t used_{0};
    std::size_t last_{0};
    std::uint64_t others_{0};
};

}  // namespace chatos::dump
