#include "simulation/faulty_subjects.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace chatos::core::simulation {

namespace {

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t position) {
    return position < bytes.size() ? std::to_integer<std::uint8_t>(bytes[position]) : std::uint8_t{0};
}

bool is_answer(std::span<const std::byte> bytes, error_code code) {
    return bytes.size() == 2 && byte_at(bytes, 0) == 6 && byte_at(bytes, 1) == static_cast<std::uint8_t>(code);
}

struct loses_an_answer final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        if (packet != make_error(error_code::unreachable)) {
            clients.arrives(to, packet);
        }
    }
};

struct swaps_two_answers final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        if (packet == make_error(error_code::unreachable) && !held) {
            held = to;
            return;
        }
        clients.arrives(to, packet);
        if (packet.op == opcode::error && held == to) {
            held.reset();
            clients.arrives(to, make_error(error_code::unreachable));
        }
    }
    std::optional<connection_id> held{};
};

struct answers_twice final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        clients.arrives(to, packet);
        if (packet == make_error(error_code::unreachable)) {
            clients.arrives(to, packet);
        }
    }
};

struct delivers_twice final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        clients.arrives(to, packet);
        if (packet.message.size() > 30) {
            clients.arrives(to, packet);
        }
    }
};

struct offers_twice final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        clients.arrives(to, packet);
        if (packet.op == opcode::pc) {
            clients.arrives(to, packet);
        }
    }
};

struct changes_a_message final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        std::string message{packet.message};
        if (message.size() > 30) {
            message.back() = '?';
        }
        packet_view changed = packet;
        changed.message = message;
        clients.arrives(to, changed);
    }
};

struct names_another_sender final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        packet_view changed = packet;
        if (packet.op == opcode::spm) {
            changed.pseudo = "user0";
        }
        clients.arrives(to, changed);
    }
};

// Remembers which connection claimed which pseudo last, and which one is still unregistered.
struct knows_clients : subject {
    using subject::subject;
    void receive(connection_id id, std::span<const std::byte> bytes, time_point now) override {
        if (byte_at(bytes, 0) == 1 && bytes.size() == 3U + byte_at(bytes, 2)) {
            const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
            claimants[std::string{text.substr(3)}] = id;
            unregistered = id;
        }
        subject::receive(id, bytes, now);
    }
    std::map<std::string, connection_id> claimants{};
    std::optional<connection_id> unregistered{};
};

struct echoes_to_the_sender final : knows_clients {
    using knows_clients::knows_clients;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        clients.arrives(to, packet);
        const auto sender = claimants.find(std::string{packet.pseudo});
        if (packet.op == opcode::spm && sender != claimants.end() && sender->second != to) {
            clients.arrives(sender->second, packet);
        }
    }
};

struct delivers_to_unregistered final : knows_clients {
    using knows_clients::knows_clients;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        clients.arrives(to, packet);
        if (packet.op == opcode::error && unregistered == to) {
            unregistered.reset();
        } else if (packet.op == opcode::spm && unregistered) {
            clients.arrives(*unregistered, packet);
        }
    }
};

struct welcomes_two_under_one_pseudo final : subject {
    using subject::subject;
    void carry(connection_id to, const packet_view& packet, packet_sink& clients) override {
        const bool taken = packet == make_error(error_code::pseudo_taken);
        clients.arrives(to, taken ? make_error(error_code::ok) : packet);
    }
};

struct frees_a_pseudo_too_late final : subject {
    using subject::subject;
    void lost(connection_id id, time_point now) override {
        if (const auto before = std::exchange(late, id)) {
            subject::lost(*before, now);
        }
    }
    std::optional<connection_id> late{};
};

struct keeps_who_is_gone final : subject {
    using subject::subject;
    void lost(connection_id id, time_point now) override {
        if (id.slot != 1) {
            subject::lost(id, now);
        }
    }
};

struct swallows_a_clients_answer final : subject {
    using subject::subject;
    void receive(connection_id id, std::span<const std::byte> bytes, time_point now) override {
        const bool swallowed = is_answer(bytes, error_code::pseudo_taken) && core.count().deliveries_waiting != 0;
        subject::receive(id, swallowed ? bytes.first(0) : bytes, now);
    }
};

struct relays_another_code final : subject {
    using subject::subject;
    void receive(connection_id id, std::span<const std::byte> bytes, time_point now) override {
        static constexpr std::array ok{std::byte{6}, std::byte{0}};
        subject::receive(id, is_answer(bytes, error_code::refused) ? std::span<const std::byte>{ok} : bytes, now);
    }
};

struct takes_one_answer_for_two final : subject {
    using subject::subject;
    void receive(connection_id id, std::span<const std::byte> bytes, time_point now) override {
        subject::receive(id, bytes, now);
        if (is_answer(bytes, error_code::ok) && core.wants_input(id) && core.count().deliveries_waiting != 0) {
            subject::receive(id, bytes, now);
        }
    }
};

struct forgets_that_something_changed final : subject {
    using subject::subject;
    std::optional<connection_id> next_changed() override {
        auto changed = subject::next_changed();
        while (changed && changed->slot == 2) {
            changed = subject::next_changed();
        }
        return changed;
    }
};

struct loses_count final : subject {
    using subject::subject;
    statistics count() override {
        statistics counted = subject::count();
        counted.deliveries_answered -=
            std::min<std::uint64_t>(counted.deliveries_answered, counted.deliveries_timed_out);
        return counted;
    }
};

struct ignores_its_deadlines final : subject {
    using subject::subject;
    void advance(time_point /*now*/) override {}
};

struct aborts_on_bad_input final : subject {
    using subject::subject;
    void receive(connection_id id, std::span<const std::byte> bytes, time_point now) override {
        if (byte_at(bytes, 0) == 0xff) {
            std::abort();
        }
        subject::receive(id, bytes, now);
    }
};

template <typename Faulty>
subject_maker maker_of() {
    return [](const options& bounds, notice_sink& log) -> std::unique_ptr<subject> {
        return std::make_unique<Faulty>(bounds, log);
    };
}

}  // namespace

std::vector<planted_fault> planted_faults() {
    return {
        {"loses_an_answer", maker_of<loses_an_answer>()},
        {"swaps_two_answers", maker_of<swaps_two_answers>()},
        {"answers_twice", maker_of<answers_twice>()},
        {"delivers_twice", maker_of<delivers_twice>()},
        {"offers_twice", maker_of<offers_twice>()},
        {"changes_a_message", maker_of<changes_a_message>()},
        {"names_another_sender", maker_of<names_another_sender>()},
        {"echoes_to_the_sender", maker_of<echoes_to_the_sender>()},
        {"delivers_to_unregistered", maker_of<delivers_to_unregistered>()},
        {"welcomes_two_under_one_pseudo", maker_of<welcomes_two_under_one_pseudo>()},
        {"frees_a_pseudo_too_late", maker_of<frees_a_pseudo_too_late>()},
        {"keeps_who_is_gone", maker_of<keeps_who_is_gone>()},
        {"swallows_a_clients_answer", maker_of<swallows_a_clients_answer>()},
        {"relays_another_code", maker_of<relays_another_code>()},
        {"takes_one_answer_for_two", maker_of<takes_one_answer_for_two>()},
        {"forgets_that_something_changed", maker_of<forgets_that_something_changed>()},
        {"loses_count", maker_of<loses_count>()},
        {"ignores_its_deadlines", maker_of<ignores_its_deadlines>()},
        {"aborts_on_bad_input", maker_of<aborts_on_bad_input>()},
    };
}

}  // namespace chatos::core::simulation
