#include "dump/text_output.hpp"

#include "dump/text_line.hpp"
#include "dump/tree_fields.hpp"
#include "properties/shown_text.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <string>

namespace chatos::fuzz {

namespace {

constexpr std::size_t offset_columns = 8;
constexpr std::size_t indent_columns = 15;
constexpr std::size_t tree_row_bytes = 16;
/// A value of the tree is shown up to here.
constexpr std::size_t tree_value_bytes = 256;

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// True when `shown` is the form of `text`, or of so much of its start that `left_out` bytes are missing.
bool stands_for(std::string_view shown, std::string_view text, std::uint64_t left_out) {
    return left_out <= text.size() && untrue_shown_text(shown, text.substr(0, text.size() - left_out)).empty();
}

/// `... (+5 bytes)` after a quoted text: how many bytes it leaves out.
std::uint64_t read_left_out(text_line& line) {
    if (!line.has("... (+")) {
        return 0;
    }
    const std::uint64_t count = line.any_number();
    line.word(" bytes)");
    return count;
}

class output_walk {
public:
    output_walk(std::string_view output, const dumped_stream& stream, bool tree)
        : remaining_{output}, stream_{stream}, tree_{tree} {}

    verdict run() {
        expected_records walk{stream_};
        for (expected_record record; !broken_ && walk.next(record);) {
            switch (record.result.status) {
            case decode_status::complete: read_packet(record); break;
            case decode_status::incomplete: read_incomplete(record); break;
            case decode_status::malformed: read_malformed(record); break;
            }
        }
        read_summary(walk.account());
        if (!broken_ && !remaining_.empty()) {
            fail("one line", "there are more lines than the records have");
        }
        return broken_;
    }

private:
    void fail(std::string_view property, const std::string& detail) {
        if (!broken_) {
            broken_ = failure{property, "line " + std::to_string(line_number_) + ": " + detail};
        }
    }

    text_line next_line() {
        const std::size_t end = remaining_.find('\n');
        ++line_number_;
        if (end == std::string_view::npos) {
            fail("one line", "there are fewer lines than the records have");
            return text_line{""};
        }
        current_ = remaining_.substr(0, end);
        remaining_.remove_prefix(end + 1);
        return text_line{current_};
    }

    void check(bool holds, const char* detail) {
        if (!holds) {
            fail("text", std::string{detail} + ": " + std::string{current_});
        }
    }

    text_line record_line(const expected_record& record) {
        text_line line = next_line();
        line.number(record.offset, offset_columns).spaces(2);
        return line.word(stream_.direction == dump::stream_direction::client_to_server ? "c2s" : "s2c").spaces(2);
    }

    void read_packet(const expected_record& record) {
        const packet_view& packet = record.result.packet;
        const packet_layout& row = layout_of(packet.op);
        text_line line = record_line(record);
        line.padded(row.name, 5);
        for (const part which : row.parts()) {
            if (which == part::error_code) {
                line.word("  code=").number(static_cast<std::uint64_t>(packet.code)).word(" ");
                line.word(error_code_name(packet.code));
                continue;
            }
            line.word(which == part::pseudo ? "  pseudo=" : "  message=");
            const std::string_view shown = line.quoted();
            check(stands_for(shown, which == part::pseudo ? packet.pseudo : packet.message, read_left_out(line)),
                  "a text in quotes is not the packet's");
        }
        const bool is_from_client = stream_.direction == dump::stream_direction::client_to_server;
        if (!(is_from_client ? row.from_client : row.from_server)) {
            line.word(is_from_client ? "  <- no client sends this" : "  <- no server sends this");
        }
        check(line.is_read(), "not the packet's line");
        if (tree_) {
            read_tree(record);
            check(next_line().is_read(), "no empty line after a tree");
        }
    }

    void read_malformed(const expected_record& record) {
        const decode_error& error = record.result.error;
        text_line line = record_line(record);
        line.word("MALFORMED  ").word(rule_of(error.what)).word(", ").word(field_name(error.where));
        line.word(" at offset ").number(error.offset).word(": ");
        check(!line.failed() && line.remaining().ends_with(describe(error.what)), "not the line of this error");
        if (tree_) {
            read_tree(record);
            check(next_line().spaces(indent_columns).word("the bytes around it:").is_read(), "not the heading");
        }
        const auto position = static_cast<std::size_t>(error.offset - record.offset);
        read_excerpt(record, position > tree_row_bytes ? position - tree_row_bytes : 0);
        check(next_line().spaces(indent_columns).word("decoding stops here: framing is lost").is_read(),
              "not the end of decoding");
        const std::uint64_t lost = stream_.bytes.size() - record.offset;
        text_line last = next_line();
        last.spaces(indent_columns).number(lost).word(lost == 1 ? " byte" : " bytes").word(" from offset ");
        last.number(record.offset).word(" to the end of the stream not decoded");
        check(last.is_read(), "not what is lost");
    }

    void read_incomplete(const expected_record& record) {
        text_line line = record_line(record);
        line.word("INCOMPLETE  the input ends inside ");
        const std::size_t need = record.result.need;
        const std::string missing =
            "at least " + std::to_string(need) + (need == 1 ? " more byte is missing" : " more bytes are missing");
        check(!line.failed() && line.remaining().ends_with(missing), "not the line of an incomplete packet");
        if (tree_) {
            read_tree(record);
        } else {
            read_excerpt(record, record.bytes.size() > tree_row_bytes ? record.bytes.size() - tree_row_bytes : 0);
        }
    }

    void read_excerpt(const expected_record& record, std::size_t from) {
        for (; from < record.bytes.size() && !broken_; from += tree_row_bytes) {
            const std::span<const std::byte> row =
                record.bytes.subspan(from, std::min(tree_row_bytes, record.bytes.size() - from));
            text_line line = next_line();
            line.number(record.offset + from, offset_columns).spaces(indent_columns - offset_columns).hex_row(row);
            const std::string_view shown = line.spaces(2).quoted();
            check(line.is_read() && stands_for(shown, text_of(row), 0), "not these bytes");
        }
    }

    void read_tree(const expected_record& record) {
        const decode_error* error = record.result.status == decode_status::malformed ? &record.result.error : nullptr;
        const tree_fields fields{record.bytes, error};
        for (const tree_field& field : fields) {
            if (broken_) {
                return;
            }
            if (field.is_text) {
                read_text_field(record, field);
            } else {
                text_line line = field_line(record, field, 0);
                line.hex_row(field.bytes);
                if (field.bytes.size() == field.bytes_expected) {
                    line.spaces(2).number(field.number);
                }
                check_field_end(line, field, error);
            }
        }
    }

    text_line field_line(const expected_record& record, const tree_field& field, std::size_t row) {
        text_line line = next_line();
        line.number(record.offset + field.position + row, offset_columns).spaces(indent_columns - offset_columns);
        line.padded(row == 0 ? field_name(field.name) : std::string_view{}, 12).spaces(2);
        return line;
    }

    /// After the field's bytes: words about them, and whether they are wrong or cut short.
    void check_field_end(const text_line& line, const tree_field& field, const decode_error* error) {
        std::string wanted;
        if (error != nullptr && error->where == field.name) {
            wanted = "  <- " + std::string{rule_of(error->what)} + ' ' + std::string{violation_name(error->what)};
        } else if (field.bytes.size() != field.bytes_expected) {
            wanted =
                "  <- " + std::to_string(field.bytes.size()) + " of " + std::to_string(field.bytes_expected) + " bytes";
        }
        const std::string_view remaining = line.remaining();
        check(!line.failed() && remaining.ends_with(wanted) &&
                  (!wanted.empty() || remaining.find("<-") == std::string_view::npos),
              "not this field");
    }

    void read_text_field(const expected_record& record, const tree_field& field) {
        const std::span<const std::byte> shown_bytes =
            field.bytes.first(std::min(field.bytes.size(), tree_value_bytes));
        joined_.clear();
        std::size_t row = 0;
        for (;;) {
            text_line line = field_line(record, field, row);
            line.hex_row(shown_bytes.subspan(row, std::min(tree_row_bytes, shown_bytes.size() - row))).spaces(2);
            joined_ += line.quoted();
            row += tree_row_bytes;
            if (row < shown_bytes.size() && !broken_) {
                check(line.is_read(), "not a row of this field");
                continue;
            }
            const std::uint64_t left_out = read_left_out(line);
            check(left_out == field.bytes.size() - shown_bytes.size(), "so much is not left out");
            const bool has_error = record.result.status == decode_status::malformed;
            check_field_end(line, field, has_error ? &record.result.error : nullptr);
            break;
        }
        // A character that crosses the end of what is shown is shown whole, with what is joined to it.
        constexpr std::size_t joined_bytes_max = 68;
        bool holds = false;
        for (std::size_t size = shown_bytes.size();
             size <= shown_bytes.size() + joined_bytes_max && size <= field.bytes.size(); ++size) {
            holds = holds || stands_for(joined_, text_of(field.bytes.first(size)), 0);
        }
        check(holds, "the texts of a field's rows are not the field");
    }

    void read_summary(const dump::totals& account) {
        text_line line = next_line();
        line.number(account.packets).word(account.packets == 1 ? " packet" : " packets").word(" in 1 stream; ");
        line.number(account.input_bytes).word(account.input_bytes == 1 ? " byte" : " bytes").word(" read = ");
        line.number(account.packet_bytes).word(" in packets + ").number(account.malformed_bytes);
        line.word(" malformed + ").number(account.incomplete_bytes).word(" incomplete");
        check(line.is_read(), "not the summary");
    }

    std::string_view remaining_;
    std::string_view current_;
    dumped_stream stream_;
    bool tree_;
    std::size_t line_number_{0};
    std::string joined_;
    verdict broken_;
};

}  // namespace

verdict check_text_output(std::string_view output, const dumped_stream& stream, bool tree) {
    // Letters of their own in the place of what means something in the form that texts are shown in.
    std::string plain{output};
    std::ranges::replace(plain, '\\', '/');
    std::ranges::replace(plain, '\n', ' ');
    if (const std::string_view wrong = untrue_shown_text(plain, plain); !wrong.empty()) {
        return failure{"printable", std::string{wrong}};
    }
    return output_walk{output, stream, tree}.run();
}

}  // namespace chatos::fuzz
