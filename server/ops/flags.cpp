#include "ops/flags.hpp"

#include "base/usage_text.hpp"
#include "ops/config_file.hpp"
#include "ops/limit_table.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <sstream>

namespace chatos::ops {

namespace {

constexpr auto examples = R"(Examples:
  chatos-server                                    serve 127.0.0.1:7777
  chatos-server --listen 127.0.0.1:0               let the system pick a port, and print it
  chatos-server --listen 0.0.0.0:7777 --listen '[::]:7777'
  chatos-server --listen unix:/run/chatos.sock --capacity 100
  chatos-server --capacity 100 --print-limits      show the limits and the memory they may take

Prints 'listening on HOST:PORT' for each listener once it accepts connections. SIGTERM and SIGINT stop the server:
accepted requests are still answered; a second signal ends it at once.
Exit: 0 stopped; 2 an invalid flag or value; 3 cannot listen.)";

// Ranges are checked by find_fault().
std::uint64_t parse_number(const std::string& flag, const std::string& text, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most) {
        throw CLI::ValidationError(flag, "invalid value '" + text + "': expected an integer from 0 to " +
                                             std::to_string(most));
    }
    return value;
}

// Refuses an empty value, which an unset shell variable gives: ignoring the flag would go unnoticed.
std::string is_given(const std::string& text) {
    return text.empty() ? "the value is empty; omit the flag to do without" : "";
}

class bounded_config final : public CLI::ConfigTOML {
public:
    std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
        const std::optional<std::string> text = read_config(input);
        if (!text) {
            throw CLI::FileError("more than " + std::to_string(config_bytes_max) + " bytes");
        }
        std::istringstream bounded{*text};
        return CLI::ConfigTOML::from_config(bounded);
    }
};

std::string type_name_of(unit unit) {
    switch (unit) {
    case unit::number: return "N";
    case unit::bytes: return "BYTES";
    case unit::milliseconds: return "MS";
    }
    return "N";
}

void add_limit(CLI::App& app, const limit& limit, service_options& options) {
    app.add_option_function<std::string>(
           std::string{limit.flag},
           [&limit, &options](const std::string& text) {
               limit.set(options, parse_number(std::string{limit.flag}, text, limit.most));
           },
           std::string{limit.meaning})
        ->default_str(std::to_string(limit.get(options)))
        ->type_name(type_name_of(limit.counts_in));
}

void describe(CLI::App& app, flags& flags) {
    app.set_version_flag("--version", std::string{"chatos-server "} + CHATOS_VERSION);
    app.footer(examples);
    app.add_option("--listen", flags.listen,
                   "HOST:PORT (all addresses of HOST), [IPv6]:PORT or unix:PATH; repeatable; port 0 picks one")
        ->capture_default_str()
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    app.add_option("--proxy-protocol", flags.proxy_protocol,
                   "A --listen address to which proxies connect, with a PROXY header (v1, v2) first; repeatable")
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    app.add_option("--proxy-trust", flags.proxy_trust,
                   "Addresses of proxies, as 10.0.0.0/8; others are closed; Unix sockets need none; repeatable")
        ->type_name("RANGE")
        ->allow_extra_args(false);
    app.add_option("--unix-mode", flags.unix_mode, "Permissions of Unix sockets, as 0660; default: by the umask")
        ->check(is_given)
        ->type_name("OCTAL");
    app.add_option("--unix-group", flags.unix_group, "Group of Unix sockets, a name or a number")
        ->check(is_given)
        ->type_name("GROUP");
    for (const limit& limit : limits()) {
        add_limit(app, limit, flags.options);
    }
    app.add_option("--metrics", flags.metrics,
                   "Serve /metrics (Prometheus), /healthz, /livez and /readyz over HTTP; port 0 picks one")
        ->check(is_given)
        ->type_name("ADDRESS");
    app.add_option("--log-level", flags.log_level, "error, warning, info (start, stop, refused input) or debug")
        ->check(CLI::IsMember({"error", "warning", "info", "debug"}))
        ->capture_default_str()
        ->type_name("LEVEL");
    app.add_option("--log-format", flags.log_format,
                   "logfmt (time=... level=... event=...) or json, an object per line")
        ->check(CLI::IsMember({"logfmt", "json"}))
        ->capture_default_str()
        ->type_name("FORMAT");
    app.add_option("--log-file", flags.log_file, "Append the log to this file, opened again on SIGHUP; default stderr")
        ->check(is_given)
        ->type_name("PATH");
    app.add_option_function<std::string>(
           "--memory-max",
           [&flags](const std::string& text) {
               flags.options.memory_max = parse_number("--memory-max", text, UINT64_MAX);
           },
           "Refuse to start when the limits may take more than this (--print-limits)")
        ->type_name("BYTES");
    app.add_flag("--tunnel,!--no-tunnel", flags.options.core.tunnels,
                 "Carry accepted private connections (default: yes)");
    app.add_flag("--io-uring,!--no-io-uring", flags.io_uring,
                 "Use io_uring, where available, to read and write many sockets in one call (default: yes)");
    app.set_config("--config", "",
                   "Read flags from a file, one NAME=VALUE per line, without the dashes; the command line wins; SIGHUP "
                   "reads it again, for limits")
        ->check(config_file_fault)
        ->type_name("PATH");
    app.config_formatter(std::make_shared<bounded_config>());
    app.allow_config_extras(CLI::config_extras_mode::error);
    app.add_flag("--print-limits", flags.print_limits, "Show every limit and the memory they may take, and exit")
        ->configurable(false);
    app.add_flag("--json", flags.json, "With --print-limits: as JSON")->needs("--print-limits")->configurable(false);
}

}  // namespace

parsed_flags parse_flags(int argc, const char* const* argv, std::uint64_t memory_bytes) {
    parsed_flags parsed;
    parsed.value.options = defaults_for(memory_bytes);
    CLI::App app{"Reference server of the ChatOS 1.0 chat protocol.", "chatos-server"};
    describe(app, parsed.value);
    try {
        app.parse(argc, argv);
        if (const CLI::Option* config = app.get_config_ptr(); config->count() != 0) {
            parsed.value.config = config->as<std::string>();
        }
    } catch (const CLI::Success& wish) {
        static_cast<void>(app.exit(wish));  // --help, --version
        parsed.only_printed = true;
    } catch (const CLI::ConfigError& error) {
        const std::string problem = error.what();
        parsed.fault = "the --config file: " + problem +
                       base::did_you_mean(problem.substr(problem.rfind(' ') + 1), base::long_flags_of(app)) +
                       "; a line is the name of a flag without its dashes, =, and its value";
    } catch (const CLI::FileError& error) {
        parsed.fault = "--config: " + std::string{error.what()} + "; give a file that can be read";
    } catch (const CLI::ParseError& error) {
        parsed.fault = base::usage_text(app, error) + "; see chatos-server --help";
    }
    return parsed;
}

}  // namespace chatos::ops
