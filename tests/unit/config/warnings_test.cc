// What is no mistake but seldom meant.
#include "config/warnings.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/machine/made_certificate.h"
#include "unit/config/loading.h"

namespace annals::config::testing {
namespace {

std::string all_warnings(const Variables& variables) {
  std::string text;
  for (const auto& warning : warnings(load_variables(variables))) text += warning + "\n";
  return text;
}

void expect_named(const Variables& variables, const std::string& what) {
  EXPECT_NE(all_warnings(variables).find(what), std::string::npos) << all_warnings(variables);
}

TEST(Warnings, there_are_none_on_this_machine_alone) {
  EXPECT_EQ(all_warnings({}), "");
  for (const std::string listen : {"127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:0"}) {
    EXPECT_EQ(all_warnings({{"ANNALS_SERVER_LISTEN", listen}}), "");
  }
  for (const std::string endpoint :
       {"http://127.0.0.1:8123", "http://localhost", "http://[::1]:1", "https://clickhouse.example:8443"}) {
    EXPECT_EQ(all_warnings({{"ANNALS_ENGINE_KIND", "remote"},
                            {"ANNALS_ENGINE_ENDPOINTS", endpoint},
                            {"ANNALS_ENGINE_PASSWORD", "p"}}),
              "");
  }
}

TEST(Warnings, a_certificate_that_clients_refuse_and_a_key_that_others_can_read_are_named) {
  using namespace std::chrono_literals;
  const TemporaryDirectory directory;
  const auto told = [&](std::chrono::seconds begins, std::chrono::seconds ends,
                        std::filesystem::perms key_mode = std::filesystem::perms::owner_read) {
    const auto certificate = directory.path() / "certificate";
    const auto key = directory.path() / "key";
    std::filesystem::remove(key);
    const auto made = support::make_certificate(begins, ends);
    std::ofstream(certificate) << made.certificate;
    std::ofstream(key) << made.key;
    std::filesystem::permissions(key, key_mode);
    return all_warnings({{"ANNALS_SERVER_LISTEN", "10.0.0.1:443"},
                         {"ANNALS_SERVER_TLS_CERTIFICATE", certificate.string()},
                         {"ANNALS_SERVER_TLS_KEY", key.string()}});
  };
  EXPECT_EQ(told(-1h, 30 * 24h), "");
  EXPECT_EQ(told(-1h, 6 * 24h), "") << "a certificate for six days is not about to expire";
  EXPECT_TRUE(told(-80 * 24h, 10 * 24h).contains("server.tls.certificate expires on 2"));
  EXPECT_TRUE(told(-2h, -1h).contains("server.tls.certificate has expired on 2"));
  EXPECT_TRUE(told(1h, 30 * 24h).contains("server.tls.certificate is valid from 2"));
  EXPECT_TRUE(told(-1h, 30 * 24h, std::filesystem::perms::owner_read | std::filesystem::perms::others_read)
                  .contains("every user of this machine can read"));
}

TEST(Warnings, an_unspecified_address_gives_no_url) {
  for (const std::string listen : {"0.0.0.0:80", "[::]:80"}) {
    expect_named({{"ANNALS_SERVER_LISTEN", listen}}, "server.public_url");
    EXPECT_EQ(all_warnings(
                  {{"ANNALS_SERVER_LISTEN", listen}, {"ANNALS_SERVER_PUBLIC_URL", "https://history.example"}})
                  .find("server.public_url"),
              std::string::npos);
  }
}

TEST(Warnings, plain_text_over_a_network_is_named) {
  for (const std::string listen : {"0.0.0.0:80", "10.0.0.1:80", "[fd00::1]:80"}) {
    expect_named({{"ANNALS_SERVER_LISTEN", listen}}, "without TLS");
  }
  expect_named({{"ANNALS_SERVER_PUBLIC_URL", "http://history.example"}}, "server.public_url is http");
  Variables remote = {{"ANNALS_ENGINE_KIND", "remote"},
                      {"ANNALS_ENGINE_ENDPOINTS", "http://clickhouse:8123"}};
  expect_named(remote, "engine.endpoints is http: events");
  remote["ANNALS_ENGINE_PASSWORD"] = "p";
  expect_named(remote, "engine.password and events");
  expect_named({{"ANNALS_FILES_KIND", "s3"},
                {"ANNALS_FILES_S3_BUCKET", "bucket"},
                {"ANNALS_FILES_S3_ENDPOINT", "http://s3.example"}},
               "files.s3_endpoint is http");
  expect_named({{"ANNALS_FILES_KIND", "s3"},
                {"ANNALS_FILES_S3_BUCKET", "bucket"},
                {"ANNALS_FILES_S3_ENDPOINT", "https://s3.example"},
                {"ANNALS_FILES_S3_PUBLIC_ENDPOINT", "http://files.example"}},
               "files.s3_public_endpoint is http");
  expect_named({{"ANNALS_BACKUP_S3_BUCKET", "bucket"}, {"ANNALS_BACKUP_S3_ENDPOINT", "http://s3.example"}},
               "backup.s3_endpoint is http");
}

}  // namespace
}  // namespace annals::config::testing
