// What each setting accepts. Most cases come in through the environment, where every value is a text.
#include <limits>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "unit/config/loading.h"

namespace annals::config::testing {
namespace {

void expect_refused(const std::string& name, const std::vector<std::string>& values,
                    const std::string& problem) {
  for (const auto& value : values) {
    EXPECT_EQ(mistakes_in_variables({{name, value}}), (Mistakes{{name, problem}}))
        << "for \"" << value << '"';
  }
}

TEST(Values, listen_takes_an_IPv4_or_bracketed_IPv6_address_or_localhost_and_a_port) {
  const auto listen = [](const std::string& text) {
    const auto config = load_variables({{"ANNALS_SERVER_LISTEN", text}});
    return config.server.address + " " + std::to_string(config.server.port);
  };
  EXPECT_EQ(listen("0.0.0.0:80"), "0.0.0.0 80");
  EXPECT_EQ(listen("[::]:65535"), ":: 65535");
  EXPECT_EQ(listen("localhost:0"), "127.0.0.1 0");
  expect_refused(
      "ANNALS_SERVER_LISTEN",
      {"", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
       "127.0.0.1:80x", "127.0.0.1:80 ", "256.0.0.1:80", "127.1:80", "::1:80", "[]:80", "[127.0.0.1]:80",
       "[::1:80", "example.com:80", "http://127.0.0.1:80"},
      "must be an address and a port below 65536, as in 127.0.0.1:8080, [::1]:8080 or localhost:8080");
}

TEST(Values, the_share_of_logged_requests_is_between_0_and_1) {
  EXPECT_EQ(load_variables({{"ANNALS_LOG_REQUESTS", "0.01"}}).log.requests, 0.01);
  EXPECT_EQ(load_variables({{"ANNALS_LOG_REQUESTS", "0"}}).log.requests, 0);
  expect_refused("ANNALS_LOG_REQUESTS", {"-0.1", "1.1"}, "must be between 0 and 1");
}

TEST(Values, metrics_have_a_listener_of_their_own_only_if_one_is_given) {
  EXPECT_EQ(load_variables({{"ANNALS_METRICS_LISTEN", ""}}).metrics.address, "");
  EXPECT_EQ(load_variables({{"ANNALS_METRICS_LISTEN", "localhost:0"}}).metrics.address, "127.0.0.1");
  expect_refused(
      "ANNALS_METRICS_LISTEN", {"9464", ":9464"},
      "must be an address and a port below 65536, as in 127.0.0.1:8080, [::1]:8080 or localhost:8080");
}

TEST(Values, urls_are_http_or_https_with_a_host_and_perhaps_a_port) {
  const auto public_url = [](const std::string& text) {
    return load_variables({{"ANNALS_SERVER_PUBLIC_URL", text}}).server.public_url;
  };
  EXPECT_EQ(public_url("http://a"), "http://a");
  EXPECT_EQ(public_url("https://history.example.com:8443/"), "https://history.example.com:8443");
  EXPECT_EQ(public_url("http://[::1]:80"), "http://[::1]:80");
  EXPECT_EQ(public_url("http://10.0.0.1"), "http://10.0.0.1");
  EXPECT_EQ(public_url(""), "") << "empty means the default";
  const std::string own_problem =
      "must be http(s)://host or http(s)://host:port, perhaps with a path such as /annals that a proxy takes "
      "away";
  for (const std::string name : {"ANNALS_SERVER_PUBLIC_URL", "ANNALS_FILES_S3_ENDPOINT"}) {
    const bool may_have_path = name == "ANNALS_SERVER_PUBLIC_URL";
    const std::string problem =
        may_have_path ? own_problem : "must be http(s)://host or http(s)://host:port, without a path";
    const Variables s3 = {{"ANNALS_FILES_KIND", "s3"}, {"ANNALS_FILES_S3_BUCKET", "bucket"}};
    for (const std::string text : {"host",
                                   "host:80",
                                   "ftp://host",
                                   "http:/host",
                                   "http:",
                                   "http://",
                                   "http://:80",
                                   "http://host:",
                                   "http://host:0",
                                   "http://host:65536",
                                   "http://host/path",
                                   "http://host//",
                                   "http://host?q",
                                   "http://host#f",
                                   "http://user:pass@host",
                                   "http://host/a/../b",
                                   "http://ho st",
                                   "http://ho%41st",
                                   "http://h\xc3\xb6st",
                                   "http://host\n"}) {
      if (may_have_path && text == "http://host/path") continue;
      Variables variables = s3;
      variables[name] = text;
      EXPECT_EQ(mistakes_in_variables(variables), (Mistakes{{name, problem}})) << "for \"" << text << '"';
    }
  }
}

TEST(Values, the_public_url_may_have_a_path) {
  const auto public_url = [](const std::string& text) {
    return load_variables({{"ANNALS_SERVER_PUBLIC_URL", text}}).server.public_url;
  };
  EXPECT_EQ(public_url("https://example.com/annals"), "https://example.com/annals");
  EXPECT_EQ(public_url("https://example.com:8443/a/b-c_d.e/"), "https://example.com:8443/a/b-c_d.e");
  for (const std::string text :
       {"https://example.com//a", "https://example.com/a//b", "https://example.com/a/./b",
        "https://example.com/a?q", "https://example.com/a#f", "https://example.com/%41",
        "https://example.com/a b", "https://user@example.com/a", "/annals"}) {
    EXPECT_EQ(mistakes_in_variables({{"ANNALS_SERVER_PUBLIC_URL", text}}).size(), 1U) << text;
  }
}

TEST(Values, origins_of_pages_are_kept_as_browsers_send_them) {
  const auto origins = [](const std::string& text) {
    return fmt::format(
        "{}", fmt::join(load_variables({{"ANNALS_SERVER_CORS_ORIGINS", text}}).server.cors_origins, " "));
  };
  EXPECT_EQ(origins(""), "");
  EXPECT_EQ(origins("*"), "*");
  EXPECT_EQ(origins("https://App.Example.com:443, http://localhost:80,http://localhost:5173/"),
            "https://app.example.com http://localhost http://localhost:5173");
  EXPECT_EQ(origins("https://a:80,http://a:443"), "https://a:80 http://a:443") << "not the scheme's own port";
  for (const std::string text :
       {"app.example.com", "null", "https://a/path", "*,https://a", "https://*.example.com"}) {
    const auto mistakes = mistakes_in_variables({{"ANNALS_SERVER_CORS_ORIGINS", text}});
    ASSERT_EQ(mistakes.size(), 1U) << text;
    EXPECT_TRUE(mistakes[0].second.starts_with("must list the origins of web pages")) << mistakes[0].second;
  }
}

TEST(Values, trusted_proxies_are_addresses_and_networks) {
  const auto count = [](const std::string& text) {
    return load_variables({{"ANNALS_SERVER_TRUSTED_PROXIES", text}}).server.trusted_proxies.size();
  };
  EXPECT_EQ(count(""), 0U);
  EXPECT_EQ(count("127.0.0.1, ::1, 10.0.0.0/8, fd00::/8, 192.168.1.7/24"), 5U);
  for (const std::string text :
       {"proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0/8", "fd00::/129", "*"}) {
    const auto mistakes = mistakes_in_variables({{"ANNALS_SERVER_TRUSTED_PROXIES", "::1," + text}});
    ASSERT_EQ(mistakes.size(), 1U) << text;
    EXPECT_TRUE(mistakes[0].second.ends_with("entry 2 of 2 is none")) << mistakes[0].second;
  }
}

TEST(Values, numbers_have_a_range) {
  expect_refused("ANNALS_SERVER_THREADS", {"-1", "257", "9223372036854775807"}, "must be between 0 and 256");
  expect_refused("ANNALS_SERVER_THREADS", {"", " 1", "1.5", "0x10", "1_000", "9223372036854775808"},
                 "must be a whole number");
  expect_refused("ANNALS_SERVER_MAX_CONNECTIONS", {"0"}, "must be between 1 and 1000000");
  expect_refused("ANNALS_SERVER_MAX_BODY_BYTES", {"0", "1073741825"}, "must be between 1 and 1073741824");
  expect_refused("ANNALS_ENGINE_CONNECTIONS", {"0", "257"}, "must be between 1 and 256");
  expect_refused("ANNALS_ENGINE_MAX_WAITING", {"0"}, "must be between 1 and 1000000");
  expect_refused("ANNALS_ENGINE_MAX_MEMORY_BYTES", {"1000"},
                 "must be between 268435456 and 1125899906842624");
}

TEST(Values, times_are_seconds_with_or_without_a_fraction) {
  expect_refused("ANNALS_ENGINE_TIMEOUT_SECONDS", {"0", "-1", "3600.1", "0.0004", "nan", "inf", "1e300"},
                 "must be between 0.001 and 3600 seconds");
  expect_refused("ANNALS_ENGINE_TIMEOUT_SECONDS", {"", "30s", "0,2"}, "must be a number");
  expect_refused("ANNALS_FILES_TIMEOUT_SECONDS", {"0"}, "must be between 0.001 and 3600 seconds");
  expect_refused("ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS", {"0"}, "must be between 0.001 and 3600 seconds");
  expect_refused("ANNALS_SERVER_IDLE_TIMEOUT_SECONDS", {"86401"}, "must be between 0.001 and 86400 seconds");
  expect_refused("ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS", {"0"}, "must be between 0.001 and 86400 seconds");
  expect_refused("ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS", {"0"}, "must be between 0.001 and 86400 seconds");
}

TEST(Values, no_cache_may_outlive_the_two_seconds_in_which_a_deleted_tenant_must_vanish) {
  EXPECT_EQ(load_variables({{"ANNALS_TENANTS_CACHE_SECONDS", "2"}}).tenants.cache_time,
            std::chrono::seconds(2));
  expect_refused("ANNALS_TENANTS_CACHE_SECONDS", {"2.001", "-0.1"}, "must be between 0 and 2 seconds");
}

TEST(Values, in_the_file_have_their_own_types) {
  EXPECT_EQ(mistakes_in_text("server.threads = '4'\n"),
            (Mistakes{{"server.threads", "must be a whole number"}}));
  EXPECT_EQ(mistakes_in_text("server.threads = 4.0\n"),
            (Mistakes{{"server.threads", "must be a whole number"}}));
  EXPECT_EQ(mistakes_in_text("server.listen = 8080\n"),
            (Mistakes{{"server.listen", "must be a string in quotes"}}));
  EXPECT_EQ(mistakes_in_text("server.idle_timeout_seconds = true\n"),
            (Mistakes{{"server.idle_timeout_seconds", "must be a number"}}));
  EXPECT_EQ(mistakes_in_text("engine.fsync = 1\n"), (Mistakes{{"engine.fsync", "must be true or false"}}));
  EXPECT_EQ(mistakes_in_text("auth.api_keys = 'one-platform-key'\n"),
            (Mistakes{{"auth.api_keys", "must be a list of strings"}}));
  EXPECT_EQ(mistakes_in_text("auth.api_keys = ['one-platform-key', 2]\n"),
            (Mistakes{{"auth.api_keys", "must be a list of strings"}}));
  EXPECT_EQ(mistakes_in_text("data.dir = 2026-11-23\n"),
            (Mistakes{{"data.dir", "must be a string in quotes"}}));
  EXPECT_EQ(mistakes_in_text("[data.dir]\nx = 1\n"), (Mistakes{{"data.dir", "must be a string in quotes"}}));
}

TEST(Values, switches_and_choices_take_their_words_only) {
  EXPECT_FALSE(load_variables({{"ANNALS_ENGINE_FSYNC", "false"}}).engine.fsync);
  expect_refused("ANNALS_ENGINE_FSYNC", {"", "1", "yes", "TRUE"}, "must be true or false");
  expect_refused("ANNALS_ENGINE_KIND", {"", "Embedded", "embedded "}, "must be one of embedded, remote");
  expect_refused("ANNALS_FILES_KIND", {"aws"}, "must be one of local, s3");
  expect_refused("ANNALS_LOG_LEVEL", {"trace"}, "must be one of debug, info, warning, error");
}

TEST(Values, api_keys_are_long_printable_and_distinct) {
  expect_refused("ANNALS_AUTH_API_KEYS", {"fifteen-chars-x"}, "key 1 of 1 is shorter than 16 characters");
  expect_refused("ANNALS_AUTH_API_KEYS", {"first-platform-key,"}, "key 2 of 2 is shorter than 16 characters");
  expect_refused("ANNALS_AUTH_API_KEYS",
                 {"platform key with blanks", "platform-k\xc3\xa9y-is-here", "platform\tkey-is-here"},
                 "key 1 of 1 must contain only printable ASCII characters without blanks");
  expect_refused("ANNALS_AUTH_API_KEYS", {"first-platform-key,other-platform-key,first-platform-key"},
                 "key 3 of 3 is a duplicate; remove it");
}

TEST(Values, texts_must_not_hold_control_characters) {
  const std::string problem = "must not contain control characters or line breaks";
  expect_refused("ANNALS_DATA_DIR", {"da\nta"}, problem);
  expect_refused("ANNALS_ENGINE_LIBRARY", {"x\x7f"}, problem);
  EXPECT_EQ(mistakes_in_text("data.dir = \"a\\u0000b\"\n"), (Mistakes{{"data.dir", problem}}));
  expect_refused("ANNALS_DATA_DIR", {""}, "must not be empty");
}

class RemoteValues : public ::testing::Test {
 protected:
  static Mistakes mistakes_with(const std::string& name, const std::string& value) {
    Variables variables = {{"ANNALS_ENGINE_KIND", "remote"},
                           {"ANNALS_ENGINE_ENDPOINTS", "http://127.0.0.1:8123"},
                           {"ANNALS_FILES_KIND", "s3"},
                           {"ANNALS_FILES_S3_BUCKET", "alx-history"}};
    variables[name] = value;
    return mistakes_in_variables(variables);
  }
};

TEST_F(RemoteValues, several_endpoints_and_clusters_are_not_supported_yet) {
  EXPECT_EQ(
      mistakes_with("ANNALS_ENGINE_ENDPOINTS", "http://a:1,http://b:1"),
      (Mistakes{{"ANNALS_ENGINE_ENDPOINTS", "must list only one endpoint; more are not supported yet"}}));
  EXPECT_EQ(mistakes_with("ANNALS_ENGINE_CLUSTER", "main"),
            (Mistakes{{"ANNALS_ENGINE_CLUSTER", "must be empty; clusters are not supported yet"}}));
}

TEST_F(RemoteValues, an_endpoint_is_a_url_without_a_path) {
  EXPECT_EQ(mistakes_with("ANNALS_ENGINE_ENDPOINTS", "http://a:1/x"),
            (Mistakes{{"ANNALS_ENGINE_ENDPOINTS",
                       "must be http(s)://host or http(s)://host:port, without a path"}}));
}

TEST_F(RemoteValues, user_and_password_fit_into_a_header) {
  const std::string problem = "must not contain control characters or line breaks";
  EXPECT_EQ(mistakes_with("ANNALS_ENGINE_PASSWORD", "from-a-file\n"),
            (Mistakes{{"ANNALS_ENGINE_PASSWORD", problem}}));
  EXPECT_EQ(mistakes_with("ANNALS_ENGINE_CA_FILE", "ca\r.pem"),
            (Mistakes{{"ANNALS_ENGINE_CA_FILE", problem}}));
  EXPECT_EQ(mistakes_with("ANNALS_ENGINE_USER", ""), (Mistakes{{"ANNALS_ENGINE_USER", "must not be empty"}}));
}

TEST_F(RemoteValues, buckets_follow_the_rule_of_S3) {
  for (const std::string name :
       {"ab", "Bucket", "bucket_1", "-bucket", "bucket-", ".bucket", "buck..et", "192.168.5.4", "a/b"}) {
    const auto mistakes = mistakes_with("ANNALS_FILES_S3_BUCKET", name);
    ASSERT_EQ(mistakes.size(), 1U) << name;
    EXPECT_EQ(mistakes[0].first, "ANNALS_FILES_S3_BUCKET") << name;
    EXPECT_EQ(mistakes[0].second.find("must be the name of a bucket"), 0U) << mistakes[0].second;
  }
  EXPECT_EQ(mistakes_with("ANNALS_FILES_S3_BUCKET", std::string(64, 'a')).size(), 1U);
  EXPECT_EQ(load_variables({{"ANNALS_FILES_KIND", "s3"}, {"ANNALS_FILES_S3_BUCKET", "my.bucket-1"}})
                .files.s3_bucket,
            "my.bucket-1");
}

TEST_F(RemoteValues, regions_are_parts_of_host_names) {
  for (const std::string region : {"", "EU", "eu west", "eu.west", "eu-west-2/"}) {
    EXPECT_EQ(mistakes_with("ANNALS_FILES_S3_REGION", region),
              (Mistakes{{"ANNALS_FILES_S3_REGION",
                         "must be a region such as eu-west-2: lower-case letters, digits and '-'"}}))
        << region;
  }
}

}  // namespace
}  // namespace annals::config::testing
