// The committed files are what the generator writes, and both decoders agree with what they say.
#include "agreement.hpp"
#include "base/hex.hpp"
#include "vector_json.hpp"

#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace chatos::vectors {
namespace {

using nlohmann::json;
using testing::byte_view;

const std::filesystem::path folder{CHATOS_VECTORS_FOLDER};

std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(Vectors, the_committed_files_are_what_codec_write_vectors_writes) {
    std::set<std::string> expected{"vectors.schema.json"};
    for (const vector_file& file : make_vector_files()) {
        EXPECT_TRUE(text_of_file(folder / file.file_name) == to_json(file))
            << file.file_name << " is stale: run codec_write_vectors " << folder;
        expected.insert(file.file_name);
    }
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() == ".json") {
            names.insert(entry.path().filename().string());
        }
    }
    EXPECT_EQ(names, expected);
}

TEST(Vectors, names_are_unique_in_their_file) {
    for (const vector_file& file : make_vector_files()) {
        std::set<std::string> names;
        for (const vector_case& tested : file.cases) {
            EXPECT_TRUE(names.insert(tested.name).second) << file.file_name << ' ' << tested.name;
        }
    }
}

/// Everything that a decoder says, in the words of the files.
json said_by_decode(const decode_result& result) {
    switch (result.status) {
    case decode_status::complete: {
        json fields = json::object();
        for (const part which : layout_of(result.packet.op).parts()) {
            switch (which) {
            case part::pseudo: fields["pseudo"] = result.packet.pseudo; break;
            case part::message: fields["message"] = result.packet.message; break;
            case part::error_code: fields["code"] = static_cast<int>(result.packet.code); break;
            }
        }
        return {{"status", "complete"},
                {"packet", packet_name(result.packet.op)},
                {"fields", fields},
                {"consumed", result.consumed}};
    }
    case decode_status::incomplete: return {{"status", "incomplete"}, {"need", result.need}};
    case decode_status::malformed: break;
    }
    return {{"status", "malformed"},
            {"violation", violation_name(result.error.what)},
            {"rule", rule_of(result.error.what)},
            {"field", field_name(result.error.where)},
            {"offset", result.error.offset}};
}

json said_by_naive(byte_view bytes, const naive::reading& reading) {
    static constexpr const char* packets[] = {"", "CR", "RPM", "SPM", "SMA", "PC", "ERROR"};
    static constexpr const char* violations[] = {"",
                                                 "unknown_opcode",
                                                 "negative_size",
                                                 "size_over_limit",
                                                 "empty_pseudo",
                                                 "ill_formed_utf8",
                                                 "unassigned_error_code"};
    static constexpr const char* rules[] = {"", "WIRE-1", "WIRE-11", "WIRE-14", "WIRE-9", "WIRE-8", "WIRE-12"};
    static constexpr const char* places[] = {"opcode",       "pseudo_size", "pseudo",
                                             "message_size", "message",     "error_code"};
    const auto text = [&](const naive::text& where) {
        const byte_view part = bytes.subspan(where.start, where.size);
        return std::string{reinterpret_cast<const char*>(part.data()), part.size()};
    };
    if (reading.kind == naive::outcome::unfinished) {
        return {{"status", "incomplete"}, {"need", reading.missing}};
    }
    if (reading.kind == naive::outcome::wrong) {
        return {{"status", "malformed"},
                {"violation", violations[static_cast<int>(reading.why)]},
                {"rule", rules[static_cast<int>(reading.why)]},
                {"field", places[static_cast<int>(reading.where)]},
                {"offset", reading.offset}};
    }
    json fields = json::object();
    if (reading.opcode == 6) {
        fields["code"] = reading.error_code;
    }
    if (reading.opcode != 4 && reading.opcode != 6) {
        fields["pseudo"] = text(reading.pseudo);
    }
    if (reading.opcode == 3 || reading.opcode == 4) {
        fields["message"] = text(reading.message);
    }
    return {
        {"status", "complete"}, {"packet", packets[reading.opcode]}, {"fields", fields}, {"consumed", reading.bytes}};
}

/// A vector as a file has it.
struct loaded_vector {
    std::string name;
    std::vector<std::byte> bytes;
    limits bounds;
    json verdict;  ///< without name, bytes and limits
};

loaded_vector load(const std::string& file_name, json vector) {
    loaded_vector loaded{file_name + ": " + vector.at("name").get<std::string>(),
                         base::hex_bytes(vector.at("bytes").get<std::string>()),
                         {},
                         {}};
    if (vector.contains("limits")) {
        loaded.bounds = {.pseudo_bytes_max = vector["limits"].at("pseudo_bytes_max").get<std::uint32_t>(),
                         .message_bytes_max = vector["limits"].at("message_bytes_max").get<std::uint32_t>()};
    }
    for (const char* known : {"name", "bytes", "limits"}) {
        vector.erase(known);
    }
    loaded.verdict = std::move(vector);
    return loaded;
}

/// Calls visit(vector) for each vector of the committed files.
template <typename Visit>
void for_each_vector(Visit&& visit) {
    std::size_t count = 0;
    for (const vector_file& file : make_vector_files()) {
        const json document = json::parse(text_of_file(folder / file.file_name));
        for (const json& vector : document.at("vectors")) {
            visit(load(file.file_name, vector));
            ++count;
        }
    }
    std::printf("[    cases ] %zu vectors\n", count);
    EXPECT_GE(count, 700U);
}

TEST(Vectors, decode_says_of_every_vector_what_the_file_says) {
    for_each_vector([](const loaded_vector& tested) {
        EXPECT_EQ(said_by_decode(decode(tested.bytes, tested.bounds)), tested.verdict) << tested.name;
    });
}

TEST(Vectors, the_naive_decoder_says_of_every_vector_what_the_file_says) {
    for_each_vector([](const loaded_vector& tested) {
        const naive::reading reading = testing::naive_read(tested.bytes, testing::naive_limits(tested.bounds), 0);
        EXPECT_EQ(said_by_naive(tested.bytes, reading), tested.verdict) << tested.name;
    });
}

TEST(Vectors, every_kernel_and_the_stream_decoder_agree_on_every_vector) {
    for_each_vector([](const loaded_vector& tested) {
        testing::agreement compared{tested.bounds};
        compared.check_truncations(tested.bytes);
        if (tested.bytes.size() <= testing::naive_readings::stream_bytes_max) {
            compared.check_splits(tested.bytes);
            compared.check_byte_by_byte(tested.bytes);
        }
        EXPECT_EQ(compared.disagreement(), "") << tested.name;
    });
}

TEST(Vectors, the_fields_of_every_complete_vector_encode_to_its_bytes) {
    for_each_vector([](const loaded_vector& tested) {
        if (tested.verdict.at("status") != "complete") {
            return;
        }
        const json& fields = tested.verdict.at("fields");
        const auto row = std::ranges::find(packet_table, tested.verdict.at("packet").get<std::string>(),
                                           [](const packet_layout& layout) { return std::string{layout.name}; });
        ASSERT_NE(row, packet_table.end());
        const std::string pseudo = fields.value("pseudo", "");
        const std::string message = fields.value("message", "");
        const packet_view packet{.op = row->op,
                                 .code = static_cast<error_code>(fields.value("code", 0)),
                                 .pseudo = pseudo,
                                 .message = message};
        std::vector<std::byte> output(tested.verdict.at("consumed").get<std::size_t>());
        ASSERT_EQ(encode(packet, output, tested.bounds).status, encode_status::ok) << tested.name;
        EXPECT_TRUE(std::ranges::equal(output, byte_view{tested.bytes}.first(output.size()))) << tested.name;
    });
}

}  // namespace
}  // namespace chatos::vectors
