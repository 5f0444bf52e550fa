// Where settings come from, and how mistakes are reported.
#include <cstdlib>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "config/keys.h"
#include "config/machine_memory.h"
#include "support/machine/certificate.h"
#include "unit/config/loading.h"

namespace annals::config::testing {
namespace {

using std::chrono::milliseconds;

TEST(Load, without_file_and_variables_gives_the_documented_defaults) {
  const auto config = load_variables({});
  EXPECT_EQ(config.server.address, "127.0.0.1");
  EXPECT_EQ(config.server.port, 8080);
  EXPECT_EQ(config.server.public_url, "");
  EXPECT_EQ(config.server.max_body_bytes, 1'048'576U);
  EXPECT_EQ(config.server.request_timeout, milliseconds(30'000));
  EXPECT_TRUE(config.auth.api_keys.empty());
  EXPECT_EQ(config.data.dir, "data");
  EXPECT_EQ(config.engine.kind, EngineKind::embedded);
  EXPECT_EQ(config.engine.user, "default");
  EXPECT_TRUE(config.engine.fsync);
  EXPECT_EQ(config.files.kind, FilesKind::local);
  EXPECT_FALSE(config.files.s3_region);
  EXPECT_FALSE(config.files.s3_path_style);
  EXPECT_EQ(config.tenants.cache_time, milliseconds(1'000));
  EXPECT_EQ(config.audit.retention_days, 400U);
  EXPECT_TRUE(config.audit.required);
  EXPECT_EQ(config.log.level, "info");
}

TEST(Load, reads_every_key_of_the_file) {
  const TemporaryDirectory certificates;
  const auto ca_file = (certificates.path() / "ca.pem").string();
  std::ofstream(ca_file) << support::kCertificate;
  const auto config = load_text(fmt::format(R"(
    [server]
    listen = "[::1]:9000"
    public_url = "https://history.example/"
    threads = 3
    max_connections = 7
    max_body_bytes = 4096
    request_timeout_seconds = 0.2
    idle_timeout_seconds = 5
    drain_delay_seconds = 0.25
    [auth]
    api_keys = ["first-platform-key", "second-platform-key"]
    [data]
    dir = "kept/here"
    [engine]
    kind = "remote"
    endpoints = ["http://clickhouse_1:8123"]
    user = "annals"
    password = "swordfish, and \"chips\""
    cluster = ""
    library = "/opt/libchdb.so"
    connections = 2
    max_waiting = 9
    timeout_seconds = 1.5
    max_memory_bytes = 1073741824
    fsync = false
    ca_file = "{}"
    [files]
    kind = "s3"
    s3_endpoint = "http://127.0.0.1:7480"
    s3_bucket = "alx-history"
    s3_region = "eu-west-2"
    s3_path_style = false
    timeout_seconds = 0.001
    url_seconds = 60
    upload_seconds = 120
    max_bytes = 4096
    [tenants]
    creating_timeout_seconds = 0.3
    sweep_interval_seconds = 0.25
    cache_seconds = 0
    [audit]
    retention_days = 30
    required = false
    refusal_window_seconds = 0.5
    [log]
    level = "debug"
    format = "text"
    requests = 0.5
    [metrics]
    listen = "[::1]:9464"
    public = true
  )",
                                            ca_file));
  EXPECT_EQ(config.server.address, "::1");
  EXPECT_EQ(config.server.port, 9000);
  EXPECT_EQ(config.server.public_url, "https://history.example");
  EXPECT_EQ(config.server.threads, 3U);
  EXPECT_EQ(config.server.max_connections, 7U);
  EXPECT_EQ(config.server.max_body_bytes, 4096U);
  EXPECT_EQ(config.server.request_timeout, milliseconds(200));
  EXPECT_EQ(config.server.idle_timeout, milliseconds(5'000));
  ASSERT_EQ(config.auth.api_keys.size(), 2U);
  EXPECT_EQ(config.auth.api_keys[1].reveal(), "second-platform-key");
  EXPECT_EQ(config.data.dir, "kept/here");
  EXPECT_EQ(config.engine.kind, EngineKind::remote);
  EXPECT_EQ(config.engine.endpoints, std::vector<std::string>{"http://clickhouse_1:8123"});
  EXPECT_EQ(config.engine.user, "annals");
  EXPECT_EQ(config.engine.password.reveal(), "swordfish, and \"chips\"");
  EXPECT_EQ(config.engine.library, "/opt/libchdb.so");
  EXPECT_EQ(config.engine.connections, 2U);
  EXPECT_EQ(config.engine.max_waiting, 9U);
  EXPECT_EQ(config.engine.timeout, milliseconds(1'500));
  EXPECT_EQ(config.engine.max_memory_bytes, 1'073'741'824U);
  EXPECT_FALSE(config.engine.fsync);
  EXPECT_EQ(config.engine.ca_file, ca_file);
  EXPECT_EQ(config.files.kind, FilesKind::s3);
  EXPECT_EQ(config.files.s3_endpoint, "http://127.0.0.1:7480");
  EXPECT_EQ(config.files.s3_bucket, "alx-history");
  EXPECT_EQ(config.files.s3_region, "eu-west-2");
  EXPECT_FALSE(config.files.s3_path_style);
  EXPECT_EQ(config.files.timeout, milliseconds(1));
  EXPECT_EQ(config.files.url_time, std::chrono::seconds(60));
  EXPECT_EQ(config.files.upload_time, std::chrono::seconds(120));
  EXPECT_EQ(config.files.max_bytes, 4096U);
  EXPECT_EQ(config.tenants.creating_timeout, milliseconds(300));
  EXPECT_EQ(config.tenants.sweep_interval, milliseconds(250));
  EXPECT_EQ(config.tenants.cache_time, milliseconds(0));
  EXPECT_EQ(config.audit.retention_days, 30U);
  EXPECT_FALSE(config.audit.required);
  EXPECT_EQ(config.audit.refusal_window, milliseconds(500));
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.log.format, "text");
  EXPECT_EQ(config.log.requests, 0.5);
  EXPECT_EQ(config.server.drain_delay, milliseconds(250));
  EXPECT_EQ(config.metrics.address, "::1");
  EXPECT_EQ(config.metrics.port, 9464);
  EXPECT_TRUE(config.metrics.is_public);
}

TEST(Load, shows_every_setting_without_secrets) {
  const auto config = load_variables({{"ANNALS_SERVER_LISTEN", "[::1]:80"},
                                      {"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS", "0.5"},
                                      {"ANNALS_AUTH_API_KEYS", "first-platform-key,second-platform-key"},
                                      {"ANNALS_ENGINE_KIND", "remote"},
                                      {"ANNALS_ENGINE_ENDPOINTS", "http://a:1"},
                                      {"ANNALS_ENGINE_PASSWORD", "swordfish"}});
  std::map<std::string_view, std::string> shown;
  for (const auto& [key, value] : effective(config)) {
    shown[key] = value;
    EXPECT_FALSE(value.contains("platform-key") || value.contains("swordfish")) << key;
  }
  EXPECT_EQ(shown.size(), keys().size());
  EXPECT_EQ(shown["server.listen"], "[::1]:80");
  EXPECT_EQ(shown["server.request_timeout_seconds"], "0.5");
  EXPECT_EQ(shown["auth.api_keys"], "*** (2)");
  EXPECT_EQ(shown["engine.kind"], "remote");
  EXPECT_EQ(shown["engine.endpoints"], "http://a:1");
  EXPECT_EQ(shown["engine.password"], "***");
  EXPECT_EQ(shown["engine.fsync"], "true");
  EXPECT_EQ(shown["metrics.listen"], "");
}

TEST(Load, shares_out_the_memory_that_was_not_given) {
  EXPECT_EQ(load_variables({}).engine.max_memory_bytes,
            std::max(machine_memory() / 2, std::uint64_t{1} << 30U));
  EXPECT_EQ(load_variables({{"ANNALS_ENGINE_MAX_MEMORY_BYTES", "268435456"}}).events.max_known_bytes,
            67'108'864U)
      << "a quarter of what the engine may use";
  EXPECT_EQ(load_variables({{"ANNALS_EVENTS_MAX_KNOWN_BYTES", "0"}}).events.max_known_bytes, 0U);
}

TEST(Load, lets_a_variable_win_over_the_file) {
  const auto config =
      load_text("[server]\nlisten = '127.0.0.1:1'\nthreads = 2\n",
                {{"ANNALS_SERVER_LISTEN", "localhost:0"}, {"ANNALS_SERVER_IDLE_TIMEOUT_SECONDS", "0.5"}});
  EXPECT_EQ(config.server.address, "127.0.0.1");
  EXPECT_EQ(config.server.port, 0);
  EXPECT_EQ(config.server.threads, 2U) << "what no variable names stays as the file has it";
  EXPECT_EQ(config.server.idle_timeout, milliseconds(500));
}

TEST(Load, splits_lists_of_the_environment_at_commas) {
  const auto config = load_variables({{"ANNALS_AUTH_API_KEYS", "first-platform-key, second-platform-key"}});
  ASSERT_EQ(config.auth.api_keys.size(), 2U);
  EXPECT_EQ(config.auth.api_keys[0].reveal(), "first-platform-key");
  EXPECT_EQ(config.auth.api_keys[1].reveal(), "second-platform-key");
  EXPECT_TRUE(load_variables({{"ANNALS_AUTH_API_KEYS", ""}}).auth.api_keys.empty());
}

TEST(Load, takes_the_path_of_the_file_from_ANNALS_CONFIG_when_none_is_given) {
  const TemporaryDirectory directory;
  const auto path = write_file(directory, "[server]\nthreads = 5\n");
  EXPECT_EQ(load_variables({{"ANNALS_CONFIG", path.string()}}).server.threads, 5U);
  EXPECT_EQ(load_from(path, {{"ANNALS_CONFIG", "/nowhere"}}).server.threads, 5U) << "a given path should win";
}

TEST(Load, reads_the_environment_of_the_process) {
  ASSERT_EQ(setenv("ANNALS_LOG_LEVEL", "error", 1), 0);
  const auto config = load(std::nullopt);
  ASSERT_EQ(setenv("ANNALS_LOG_LEVLE", "a=b", 1), 0);
  const auto mistakes = mistakes_when([] { load(std::nullopt); });
  ASSERT_EQ(unsetenv("ANNALS_LOG_LEVEL"), 0);
  ASSERT_EQ(unsetenv("ANNALS_LOG_LEVLE"), 0);
  EXPECT_EQ(config.log.level, "error");
  EXPECT_EQ(mistakes, (Mistakes{{"ANNALS_LOG_LEVLE", "unknown variable, did you mean ANNALS_LOG_LEVEL?"}}));
}

TEST(Load, names_all_mistakes_at_once_as_the_user_wrote_their_keys) {
  try {
    load_text("[server]\nlisten = \"8080\"\nport = 8080\n[data]\ndir = 4\n",
              {{"ANNALS_SERVER_THREADS", "many"}});
    FAIL() << "expected InvalidConfig";
  } catch (const InvalidConfig& error) {
    EXPECT_STREQ(
        error.what(),
        "annals: the configuration has 4 mistakes:\n"
        "  server.port: unknown key\n"
        "  data.dir: must be a string in quotes\n"
        "  server.listen: must be an address and a port below 65536, as in 127.0.0.1:8080, [::1]:8080 or "
        "localhost:8080\n"
        "  ANNALS_SERVER_THREADS: must be a whole number");
  }
}

TEST(Load, speaks_of_one_mistake_in_the_singular) {
  try {
    load_text("[log]\nlevel = 'loud'\n");
    FAIL() << "expected InvalidConfig";
  } catch (const InvalidConfig& error) {
    EXPECT_STREQ(
        error.what(),
        "annals: the configuration has 1 mistake:\n  log.level: must be one of debug, info, warning, error");
  }
}

TEST(Load, names_the_line_of_a_syntax_error_and_does_not_quote_it) {
  const TemporaryDirectory directory;
  for (const std::string unquoted : {"trustno1", "99999999999999999999999"}) {
    const auto path = write_file(directory, "[engine]\nuser = 'x'\npassword = " + unquoted + "\n");
    const auto mistakes = mistakes_when([&] { load_from(path, {}); });
    ASSERT_EQ(mistakes.size(), 1U);
    EXPECT_EQ(mistakes[0].first, path.string());
    EXPECT_EQ(mistakes[0].second.find("line 3, column "), 0U) << mistakes[0].second;
    EXPECT_EQ(mistakes[0].second.find(unquoted.substr(0, 4)), std::string::npos) << mistakes[0].second;
  }
}

TEST(Load, shows_the_line_of_a_syntax_error_in_which_no_secret_can_be) {
  const auto complaint = [](const std::string& toml) { return mistakes_in_text(toml).at(0).second; };
  const auto ends_with = [&](const std::string& toml, const std::string& end) {
    EXPECT_TRUE(complaint(toml).ends_with(end)) << complaint(toml);
  };
  ends_with("[server]\nlisten = 127.0.0.1:8080\n",
            "; the line is: listen = 127.0.0.1:8080; a text needs quotes: listen = \"127.0.0.1:8080\"");
  ends_with("[data]\ndir = /var/lib/annals\n",
            "; the line is: dir = /var/lib/annals; a text needs quotes: dir = \"/var/lib/annals\"");
  ends_with("server.public_url=https://history.example",
            "; a text needs quotes: server.public_url = \"https://history.example\"");
  ends_with("[log]\n\n\nlevel = 'info\n", "; the line is: level = 'info");
}

TEST(Load, shows_nothing_that_may_be_a_secret_in_the_wrong_place) {
  const std::string secret = "hush-hush";
  for (const std::string& toml :
       {std::string("[engine]\npassword = ") + secret, "engine.password = " + secret,
        "[auth]\napi_keys = [" + secret + "]", "[auth]\napi_keys = [\n" + secret + "\n]",
        "[engine]\nendpoints = http://user:" + secret + "@host", "[engine]\npasword = " + secret, secret,
        "[tracing]\nheaders = [\"x-team: " + secret, "tracing.headers = " + secret,
        "[engine]\npassword = \"\"\"\n" + secret, "[engine]\nuser = password = " + secret}) {
    const auto mistakes = mistakes_in_text(toml);
    ASSERT_EQ(mistakes.size(), 1U) << toml;
    EXPECT_EQ(mistakes.at(0).second.find("hush"), std::string::npos) << mistakes.at(0).second;
  }
}

TEST(Load, reports_a_file_that_cannot_be_read_with_the_reason) {
  const TemporaryDirectory directory;
  const auto missing = directory.path() / "missing.toml";
  EXPECT_EQ(mistakes_when([&] { load_from(missing, {}); }),
            (Mistakes{{missing.string(), "cannot be read: No such file or directory"}}));
  EXPECT_EQ(mistakes_when([&] { load_from(directory.path(), {}); }),
            (Mistakes{{directory.path().string(), "cannot be read: it is a directory"}}));
  EXPECT_EQ(mistakes_when([&] { load_from("missing.toml", {}); }),
            (Mistakes{{"missing.toml", fmt::format("cannot be read: No such file or directory (in {})",
                                                   std::filesystem::current_path().string())}}));
  const auto below_a_file = write_file(directory, "") / "annals.toml";
  EXPECT_EQ(mistakes_when([&] { load_from(below_a_file, {}); }),
            (Mistakes{{below_a_file.string(), "cannot be read: Not a directory"}}));
}

TEST(Load, leaves_the_variables_of_Kubernetes_alone) {
  const Variables variables = {{"ANNALS_SERVICE_HOST", "10.0.0.1"},
                               {"ANNALS_SERVICE_PORT", "8080"},
                               {"ANNALS_SERVICE_PORT_HTTP", "8080"},
                               {"ANNALS_PORT", "tcp://10.0.0.1:8080"},
                               {"ANNALS_PORT_8080_TCP", "tcp://10.0.0.1:8080"},
                               {"ANNALS_PORT_8080_TCP_PROTO", "tcp"},
                               {"ANNALS_PORT_8080_TCP_PORT", "8080"},
                               {"ANNALS_PORT_8080_TCP_ADDR", "10.0.0.1"},
                               {"ANNALS_SERVER_PORT", "tcp://10.0.0.2:80"},
                               {"ANNALS_SERVER_SERVICE_HOST", "10.0.0.2"},
                               {"ANNALS_EU_WEST_2_PORT_53_UDP_ADDR", "10.0.0.3"}};
  EXPECT_EQ(load_variables(variables).foreign_variables.size(), variables.size());
}

TEST(Load, takes_what_a_person_might_have_written_for_a_mistake) {
  for (const std::string name :
       {"ANNALS_SERVER_PORT", "ANNALS_PORT", "ANNALS_PORT_HTTP", "ANNALS_SERVICE", "ANNALS_SERVICE_NAME"}) {
    EXPECT_EQ(mistakes_in_variables({{name, "9000"}}).size(), 1U) << name;
  }
}

/// Returns a file with every default that the manual gives as a value.
std::string documented_defaults() {
  std::ifstream manual("docs/operations.md");
  std::string toml;
  for (std::string line; std::getline(manual, line);) {
    if (!line.starts_with("| `") || !line.contains("` | `ANNALS_")) continue;
    const auto key = line.substr(3, line.find('`', 3) - 3);
    const auto column = line.substr(line.find(" | ", line.find("ANNALS_")) + 3);
    auto value = column.substr(0, column.find(" | "));
    if (value == "empty") value = "``";
    if (value.front() == '`' && value.find('<') == std::string::npos) {
      toml += fmt::format("{} = \"{}\"\n", key, value.substr(1, value.size() - 2));
    } else if (value.find_first_not_of("0123456789") == std::string::npos || value == "true" ||
               value == "false") {
      toml += fmt::format("{} = {}\n", key, value);
    }
  }
  return toml;
}

TEST(Load, takes_every_documented_default_that_is_written_into_a_file) {
  const auto toml = documented_defaults();
  EXPECT_GT(std::ranges::count(toml, '\n'), 30) << toml;
  EXPECT_NO_THROW(load_text(toml)) << toml;
  EXPECT_EQ(load_text(toml).engine.user, "default");
}

TEST(Load, names_unknown_sections_keys_and_variables_with_the_likely_one) {
  EXPECT_EQ(mistakes_in_text("[sever]\nlisten = '127.0.0.1:1'\n"),
            (Mistakes{{"sever", "unknown section, did you mean server?"}}));
  EXPECT_EQ(mistakes_in_text("[zebra]\n"), (Mistakes{{"zebra", "unknown section"}}));
  EXPECT_EQ(mistakes_in_text("[server]\nlisten_on = '127.0.0.1:1'\n"),
            (Mistakes{{"server.listen_on", "unknown key, did you mean server.listen?"}}));
  EXPECT_EQ(mistakes_in_text("listen = '127.0.0.1:1'\n"),
            (Mistakes{{"listen", "unknown key, did you mean server.listen?"}}));
  EXPECT_EQ(mistakes_in_text("server = 3\n"),
            (Mistakes{{"server", "must be a section, written as [server]"}}));
  EXPECT_EQ(mistakes_in_text("[[server]]\nthreads = 1\n"),
            (Mistakes{{"server", "must be a section, written as [server]"}}));
  EXPECT_EQ(mistakes_in_variables({{"ANNALS_ENGINE_KINDS", "remote"}}),
            (Mistakes{{"ANNALS_ENGINE_KINDS", "unknown variable, did you mean ANNALS_ENGINE_KIND?"}}));
}

TEST(Load, knows_the_keys_that_the_manual_lists) {
  std::ifstream manual("docs/operations.md");
  ASSERT_TRUE(manual.is_open()) << "expected to run in the root of the checkout";
  std::vector<std::string> listed;
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with("| `") && line.contains("` | `ANNALS_")) {
      listed.push_back(line.substr(0, line.find(" |", line.find("ANNALS_"))));
    }
  }
  std::vector<std::string> known;
  for (const auto& key : keys())
    known.push_back(fmt::format("| `{}` | `{}`", key.name, environment_name(key.name)));
  EXPECT_EQ(listed, known);
}

TEST(Load, never_repeats_a_key_or_a_password) {
  const auto complaint = [](const Variables& variables) -> std::string {
    try {
      load_variables(variables);
    } catch (const InvalidConfig& error) {
      return error.what();
    }
    return "accepted";
  };
  const auto text = complaint({{"ANNALS_AUTH_API_KEYS", "hush-hush"},
                               {"ANNALS_ENGINE_PASSWORD", "hush-hush\n"},
                               {"ANNALS_SERVER_THREADS", "hush-hush"},
                               {"ANNALS_SERVER_PUBLIC_URL", "http://user:hush-hush@host"},
                               {"ANNALS_ENGINE_KIND", "hush-hush"}});
  EXPECT_NE(text.find("5 mistakes"), std::string::npos) << text;
  EXPECT_EQ(text.find("hush"), std::string::npos) << text;
}

}  // namespace
}  // namespace annals::config::testing
