// What a sequence chart shows: ends side by side, a row for each message and event. Drawn by whoever knows how.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chatos::dump {

/// A lifeline. Texts are escaped.
struct ladder_end {
    std::string name;       ///< address and port, or what a raw stream calls it
    std::string pseudo{};   ///< in quotes; empty while it is not known, and for servers
    bool is_server{false};  ///< and the name does not say so

    friend bool operator==(const ladder_end&, const ladder_end&) = default;
};

enum class ladder_mark : std::uint8_t {
    message,  ///< an arrow
    torn,     ///< bytes are missing between the two ends
    broken,   ///< what the sender sent could not be decoded
    remark,   ///< something about the sender's side
};

struct ladder_row {
    ladder_mark mark{ladder_mark::message};
    std::size_t from{0};  ///< the sender's place among the ends
    std::size_t to{0};
    bool is_same_frame{false};  ///< the row before comes from the same frame
    bool is_wrong{false};       ///< to be seen at once
    capture_time time{};        ///< without digits: none
    std::uint64_t offset{0};
    std::string label{};       ///< escaped
    std::uint64_t capture{0};  ///< which one, and which frame of it: rows are drawn in this order
    std::uint64_t frame{0};
};

struct ladder_page {
    std::vector<ladder_end> ends;
    std::vector<ladder_row> rows;
    capture_time first{};            ///< when the capture began
    std::uint64_t rows_left_out{0};  ///< behind the rows
};

/// Where pages are drawn.
class ladder_canvas {
public:
    ladder_canvas() = default;
    ladder_canvas(const ladder_canvas&) = delete;
    ladder_canvas& operator=(const ladder_canvas&) = delete;
    virtual ~ladder_canvas() = default;

    virtual void draw(const ladder_page& page) = 0;
};

}  // namespace chatos::dump
