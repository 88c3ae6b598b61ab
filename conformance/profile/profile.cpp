#include "profile/profile.hpp"

#include "rules/rule.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

std::vector<std::string> read_words(const json_place& place, std::size_t size_min) {
    std::vector<std::string> words;
    for (const json_place& item : place.as_array(size_min)) {
        words.push_back(item.as_string().value_or(""));
    }
    return words;
}

bool mentions(const std::vector<std::string>& words, std::string_view what) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return word.find(what) != std::string::npos; });
}

void read_options(const json_place& place, profile& made) {
    object_reader reader{place};
    for (const char* name :
         {"capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms"}) {
        if (const auto option = reader.find(name)) {
            made.options[name] = read_words(*option, 1);
            if (!made.options[name].empty() && !mentions(made.options[name], "{value}")) {
                option->refuse("no word holds {value}, so the option could not be set");
            }
        }
    }
    reader.finish();
}

void read_limits(const json_place& place, profile& made) {
    object_reader reader{place};
    if (const auto pseudo = reader.find("pseudo_bytes")) {
        made.pseudo_bytes = static_cast<std::uint32_t>(pseudo->as_integer(32, 32'767).value_or(255));
    }
    if (const auto message = reader.find("message_bytes")) {
        made.message_bytes = static_cast<std::uint32_t>(message->as_integer(1'024, 2'147'483'647).value_or(65'536));
    }
    reader.finish();
}

void read_known_failures(const json_place& place, profile& made) {
    for (const json_place& item : place.as_array()) {
        object_reader reader{item};
        known_failure known;
        if (const auto id = reader.require("rule")) {
            known.rule = id->as_string().value_or("");
            if (id->is(json_kind::string) && find_rule(known.rule) == nullptr) {
                id->refuse("there is no rule \"" + known.rule + "\"; `chatos-conformance rules` lists them");
            }
        }
        if (const auto reason = reader.require("reason")) {
            known.reason = reason->as_string().value_or("");
            if (reason->is(json_kind::string) && known.reason.empty()) {
                reason->refuse("a known failure needs a reason");
            }
        }
        reader.finish();
        made.known_failures.push_back(std::move(known));
    }
}

void read_extensions(const json_place& place, profile& made) {
    for (const json_place& item : place.as_array()) {
        const auto extension = item.as_string();
        if (extension && *extension != "tunnel") {
            item.refuse("there is no extension \"" + *extension + "\"; expected \"tunnel\"");
        }
        made.extensions.push_back(extension.value_or(""));
    }
}

}  // namespace

std::variant<profile, std::vector<problem>> load_profile(std::string_view json, const std::string& source) {
    problem_list problems{source};
    const std::variant<json_value, json_error> parsed = parse_json(json);
    if (const auto* error = std::get_if<json_error>(&parsed)) {
        problems.add(error->line, "", "column " + std::to_string(error->column) + ": this is not JSON: " + error->what);
        return problems.take();
    }
    profile made;
    object_reader reader{json_place{std::get<json_value>(parsed), "", problems}};
    if (const auto schema = reader.require("schema")) {
        const auto version = schema->as_integer(0, 1'000'000'000);
        if (version && *version != 1) {
            schema->refuse("this program reads profile format 1, not " + std::to_string(*version));
            return problems.take();
        }
    }
    if (const auto name = reader.require("name")) {
        made.name = name->as_string().value_or("");
    }
    if (const auto role = reader.find("role")) {
        made.role = role->as_string().value_or("server");
        if (made.role != "server") {
            role->refuse("expected \"server\": this version judges servers");
        }
    }
    if (const auto command = reader.find("command")) {
        made.command = read_words(*command, 1);
        if (!made.command.empty() && !mentions(made.command, "{port}")) {
            command->refuse("no word holds {port}, so the server could not be told where to listen");
        }
    }
    if (const auto options = reader.find("options")) {
        read_options(*options, made);
    }
    if (const auto sizes = reader.find("limits")) {
        read_limits(*sizes, made);
    }
    if (const auto extensions = reader.find("extensions")) {
        read_extensions(*extensions, made);
    }
    if (const auto known = reader.find("known_failures")) {
        read_known_failures(*known, made);
    }
    reader.finish();
    if (!problems.empty()) {
        return problems.take();
    }
    return made;
}

}  // namespace chatos::conformance
