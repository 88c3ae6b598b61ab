// A private connection with one user, as long as it lasts: its socket, its texts, and a file each way at a time.
#pragma once

#include "client/connection.hpp"
#include "client/event.hpp"
#include "client/private/files.hpp"
#include "client/private/link.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::client {

struct private_options {
    std::string downloads{"."};                   ///< where files are saved
    bool saves_unasked{false};                    ///< without anybody saying /save
    std::uint64_t file_bytes_max{1'073'741'824};  ///< larger ones are refused
};

/// How far a file is.
struct file_progress {
    std::string name;  ///< safe to show
    bool is_incoming{false};
    std::uint64_t bytes{0};
    std::uint64_t size{0};
};

class private_peer {
public:
    using teller = std::function<void(const session_event&)>;

    /// Asks the server at `where` for the tunnel between the two users.
    private_peer(const std::string& own, std::string name, const base::socket_address& where,
                 const private_options& options, teller tell);

    void say(std::string_view text);
    void send_file(const std::string& path);
    /// Takes the file that is offered, or tells that none is.
    void save_file();
    /// False when no file is offered.
    bool refuse_file();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] int descriptor() const noexcept { return connection_.descriptor(); }
    /// What poll() should watch the descriptor for.
    [[nodiscard]] short wanted() const;
    /// Deals with what poll() saw.
    void ready(short revents);
    /// Writes what can be written without waiting.
    void write();

    [[nodiscard]] bool is_over() const noexcept { return link_.is_over(); }
    /// Open, with nothing to be sent and no file under way.
    [[nodiscard]] bool is_idle() const;
    [[nodiscard]] std::optional<file_progress> progress() const;
    /// Sends what is written already, and closes so that it arrives.
    void finish(std::chrono::milliseconds limit);

private:
    struct offered_file {
        std::string name;
        std::uint64_t size{0};
        std::unique_ptr<incoming_file> file{};  ///< empty until it is accepted
    };

    void read();
    void take_events();
    void take(const frame_came& frame);
    void take_offer(const std::string& payload);
    void take_data(const std::string& bytes);
    void take_end();
    void pump_file();
    void drop_incoming(const std::string& why);
    void end_incoming(file_state state, const std::string& why);
    void refuse(const std::string& why, file_state state);
    void tell_file(bool is_incoming, file_state state, std::string why = {});
    void tell_moving(bool is_incoming, std::uint64_t bytes, std::uint64_t size);
    void problem(const std::string& text);
    void end(const link_ended& how);

    std::string name_;
    private_options options_;
    teller tell_;
    connection connection_;
    private_link link_;
    std::vector<std::byte> buffer_;
    std::unique_ptr<outgoing_file> outgoing_;
    bool is_outgoing_accepted_{false};
    std::optional<offered_file> incoming_;
    std::uint64_t percent_sent_{0};
    std::uint64_t percent_received_{0};
};

}  // namespace chatos::client
