#include "dump/dump_properties.hpp"

#include "base/colors.hpp"
#include "dump/hex_forms.hpp"
#include "dump/input/hex_text.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/json_output.hpp"
#include "dump/memory_file.hpp"
#include "dump/record_check.hpp"
#include "dump/stream/raw_dump.hpp"
#include "dump/stream/stream_reader.hpp"
#include "dump/text/text_sink.hpp"
#include "dump/text_output.hpp"
#include "properties/decode_plan.hpp"
#include "properties/workspace.hpp"

#include <optional>
#include <string>

namespace chatos::fuzz {

namespace {

/// The sink of one form of output. The hex form has none of its own: its bytes are shown as lines.
class form_sink {
public:
    form_sink(dump_form form, dump::output& out) {
        if (form == dump_form::json) {
            json_.emplace(out);
        } else {
            const auto detail = form == dump_form::tree ? dump::text_detail::tree : dump::text_detail::lines;
            text_.emplace(out, base::no_colors, detail, false);
        }
    }
    dump::record_sink& sink() {
        return json_ ? static_cast<dump::record_sink&>(*json_) : static_cast<dump::record_sink&>(*text_);
    }

private:
    std::optional<dump::json_sink> json_;
    std::optional<dump::text_sink> text_;
};

struct dump_plan {
    dumped_stream stream;
    dump_form form{dump_form::lines};
    bool from_binary_file{false};
    bool from_hex_file{false};
    std::uint8_t split_choice{0};
};

dump_plan dump_plan_of(std::span<const std::byte> input) {
    const decode_plan shared = plan_of(input);
    const unsigned first = input.size() < plan_bytes ? 0 : std::to_integer<unsigned>(input[0]);
    const bool from_file = (first & 0xC0U) == 0xC0U;
    const auto direction =
        (first & 0x20U) != 0 ? dump::stream_direction::server_to_client : dump::stream_direction::client_to_server;
    return {.stream = {.bytes = shared.stream, .bounds = shared.bounds, .direction = direction},
            .form = static_cast<dump_form>(first >> 3U & 3U),
            .from_binary_file = from_file && shared.split_choice % 2 == 0,
            .from_hex_file = from_file && shared.split_choice % 2 == 1,
            .split_choice = shared.split_choice};
}

/// Feeds the stream in fragments that do not outlive the call which takes them.
void feed(dump::stream_reader& reader, std::span<const std::byte> stream, std::uint8_t split_choice) {
    static end_aligned_block fragment;
    splitter sizes{split_choice};
    while (!stream.empty()) {
        const std::size_t size = sizes.next(stream.size());
        reader.take(fragment.lend_copy(stream.first(size)));
        stream = stream.subspan(size);
    }
    reader.end();
}

verdict check_output(std::string_view text, const dump_plan& plan) {
    return plan.form == dump_form::json ? check_json_output(text, plan.stream)
                                        : check_text_output(text, plan.stream, plan.form == dump_form::tree);
}

verdict check_hex(const dump_plan& plan) {
    const std::string text = hex_text_of(plan.stream.bytes, plan.split_choice);
    if (!text.empty() && !dump::starts_hex_text(static_cast<std::uint8_t>(text.front()))) {
        return failure{"file", "hex text is taken for a stream of packets"};
    }
    const std::span<const std::byte> bytes = std::as_bytes(std::span{text});
    if (verdict broken = check_hex_of_bytes(read_hex_text(bytes, plan.split_choice), plan.stream.bytes)) {
        return broken;
    }
    return check_any_hex(plan.stream.bytes, read_hex_text(plan.stream.bytes, 0),
                         read_hex_text(plan.stream.bytes, plan.split_choice == 0 ? 1 : plan.split_choice));
}

/// The program's own way: a file, whose first byte says what it is.
verdict check_file(const dump_plan& plan, std::span<const std::byte> content, dump::raw_encoding encoding,
                   std::string_view expected) {
    static memory_file file;
    file.write(content);
    dump::output out;
    form_sink form{plan.form, out};
    std::string problems;
    const bool is_read = dump::dump_raw({.files = {file.path()},
                                         .encoding = encoding,
                                         .direction = plan.stream.direction,
                                         .bounds = plan.stream.bounds},
                                        form.sink(), out, [&](std::string_view problem) { problems += problem; });
    if (!is_read || !problems.empty()) {
        return failure{"file", "a file is not read: " + problems};
    }
    return out.text() == expected ? verdict{} : failure{"file", "a file gives another dump than its bytes"};
}

verdict check_files(const dump_plan& plan, std::string_view expected) {
    const std::span<const std::byte> bytes = plan.stream.bytes;
    const bool looks_like_hex = !bytes.empty() && dump::starts_hex_text(std::to_integer<std::uint8_t>(bytes.front()));
    if (looks_like_hex && find_layout(std::to_integer<std::uint8_t>(bytes.front())) != nullptr) {
        return failure{"file", "a stream of packets is taken for hex text"};
    }
    if (plan.from_binary_file) {
        const auto encoding = looks_like_hex ? dump::raw_encoding::binary : dump::raw_encoding::detect;
        if (verdict broken = check_file(plan, bytes, encoding, expected)) {
            return broken;
        }
    }
    if (plan.from_hex_file) {
        const std::string text = hex_text_of(bytes, plan.split_choice);
        return check_file(plan, std::as_bytes(std::span{text}), dump::raw_encoding::detect, expected);
    }
    return {};
}

}  // namespace

verdict check_dump(std::span<const std::byte> input) {
    const dump_plan plan = dump_plan_of(input);
    dump::output out;
    form_sink form{plan.form, out};
    record_check records{plan.stream, form.sink()};
    dump::totals account;
    dump::stream_reader reader{0, plan.stream.direction, plan.stream.bounds, records, account};
    feed(reader, plan.stream.bytes, plan.split_choice);
    records.take(account);
    if (records.broken()) {
        return records.broken();
    }
    if (verdict broken = check_output(out.text(), plan)) {
        return broken;
    }
    if (plan.form == dump_form::hex) {
        if (verdict broken = check_hex(plan)) {
            return broken;
        }
    }
    return check_files(plan, out.text());
}

}  // namespace chatos::fuzz
