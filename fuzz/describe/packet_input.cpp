// Plans with packets: the plan in a line, then the stream as chatos-dump -v shows it.
#include "base/colors.hpp"
#include "describe/input_words.hpp"
#include "dump/stream/stream_reader.hpp"
#include "dump/text/text_sink.hpp"
#include "properties/decode_plan.hpp"

#include <chatos/decode.hpp>

namespace chatos::fuzz {

namespace {

/// Longer lists of fragments end in dots.
constexpr std::size_t fragments_shown_max = 24;

void add_fragments(dump::output& out, const decode_plan& plan) {
    if (plan.split_choice == 0) {
        out.add("in one fragment");
        return;
    }
    out.add("in fragments of");
    splitter sizes{plan.split_choice};
    std::size_t shown = 0;
    for (std::size_t left = plan.stream.size(); left != 0; ++shown) {
        if (shown == fragments_shown_max) {
            out.add(" ...");
            break;
        }
        const std::size_t size = sizes.next(left);
        out.add(' ');
        out.add_number(size);
        left -= size;
    }
    out.add(shown == 0 ? " nothing" : " bytes");
}

void add_plan(dump::output& out, const decode_plan& plan) {
    out.add("plan    ");
    add_limits(out, plan.bounds);
    if (plan.base_offset != 0) {
        out.add("; offsets count from ");
        out.add_number(plan.base_offset);
    }
}

void add_stream(dump::output& out, const decode_plan& plan,
                dump::stream_direction direction = dump::stream_direction::client_to_server) {
    out.add("stream  ");
    out.add(count_of_bytes(plan.stream.size()));
    out.add("\n\n");
    dump::text_sink sink{out, base::no_colors, dump::text_detail::tree, false};
    dump::totals account;
    dump::stream_reader reader{0, direction, plan.bounds, sink, account};
    reader.take(plan.stream);
    reader.end();
    sink.take(account);
}

}  // namespace

void add_decode_input(dump::output& out, input_bytes input) {
    const decode_plan plan = plan_of(input);
    add_plan(out, plan);
    const decode_result first = decode(plan.stream, plan.bounds);
    const bool is_whole = first.status == decode_status::complete;
    const std::size_t bytes = is_whole ? first.consumed : plan.stream.size();
    const std::size_t cut = plan.split_choice % (bytes + 1);
    out.add("; the first packet also from ");
    out.add(cut == 0 ? std::string{"nothing"} : "its first " + count_of_bytes(cut));
    out.add('\n');
    add_stream(out, plan);
}

void add_stream_input(dump::output& out, input_bytes input) {
    const decode_plan plan = plan_of(input);
    add_plan(out, plan);
    out.add("; ");
    add_fragments(out, plan);
    out.add('\n');
    add_stream(out, plan);
}

void add_round_trip_input(dump::output& out, input_bytes input) {
    const decode_plan plan = plan_of(input);
    add_plan(out, plan);
    out.add('\n');
    add_stream(out, plan);
}

void add_differential_input(dump::output& out, input_bytes input) {
    const decode_plan plan = plan_of(input);
    add_plan(out, plan);
    out.add("; a batch has room for ");
    const unsigned room = plan.split_choice % 64;
    out.add_number(room);
    out.add(room == 1 ? " packet\n" : " packets\n");
    add_stream(out, plan);
}

void add_dump_input(dump::output& out, input_bytes input) {
    const decode_plan plan = plan_of(input);
    const unsigned first = input.size() < plan_bytes ? 0 : std::to_integer<unsigned>(input[0]);
    constexpr const char* forms[] = {"lines", "a tree", "JSON", "hex text"};
    const bool is_from_server = (first & 0x20U) != 0;
    out.add("plan    ");
    add_limits(out, plan.bounds);
    out.add("; ");
    out.add(is_from_server ? "from the server" : "from the client");
    out.add("; as ");
    out.add(forms[(first >> 3U) & 3U]);
    out.add("; ");
    add_fragments(out, plan);
    out.add((first & 0x40U) != 0 ? "; from a file as well" : "");
    out.add((first & 0x80U) != 0 ? "; from a file of hex text as well" : "");
    out.add('\n');
    add_stream(out, plan,
               is_from_server ? dump::stream_direction::server_to_client : dump::stream_direction::client_to_server);
}

}  // namespace chatos::fuzz
