// Settings that need, or exclude, each other.
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/machine/made_certificate.h"
#include "unit/config/loading.h"

namespace annals::config::testing {
namespace {

TEST(Rules, a_remote_engine_needs_an_endpoint) {
  const std::string problem = "is required with engine.kind = remote";
  EXPECT_EQ(mistakes_in_variables({{"ANNALS_ENGINE_KIND", "remote"}}),
            (Mistakes{{"engine.endpoints", problem}}));
  EXPECT_EQ(mistakes_in_text("engine.kind = 'remote'\nengine.endpoints = []\n"),
            (Mistakes{{"engine.endpoints", problem}}));
}

TEST(Rules, an_embedded_engine_has_no_endpoint_user_password_or_certificates) {
  const std::string problem = "is allowed only with engine.kind = remote; remove it or change the kind";
  EXPECT_EQ(mistakes_in_text("[engine]\nendpoints = ['http://a:1']\nuser = 'u'\n",
                             {{"ANNALS_ENGINE_PASSWORD", "p"}, {"ANNALS_ENGINE_CA_FILE", "ca.pem"}}),
            (Mistakes{{"engine.endpoints", problem},
                      {"engine.user", problem},
                      {"ANNALS_ENGINE_PASSWORD", problem},
                      {"ANNALS_ENGINE_CA_FILE", problem}}));
}

TEST(Rules, one_tenant_may_not_have_more_than_all_together) {
  const std::string name = "events.max_waiting_bytes_per_tenant";
  EXPECT_EQ(
      mistakes_in_text("[events]\nmax_waiting_bytes = 2000000\nmax_waiting_bytes_per_tenant = 2000001\n"),
      (Mistakes{{name, "must not exceed events.max_waiting_bytes, which is 2000000"}}));
  EXPECT_EQ(mistakes_in_text(name + " = 536870913\n"),
            (Mistakes{{name, "must not exceed events.max_waiting_bytes, which is 536870912"}}));
  const auto equal =
      load_text("[events]\nmax_waiting_bytes = 2000000\nmax_waiting_bytes_per_tenant = 2000000\n");
  EXPECT_EQ(equal.events.max_waiting_bytes_per_tenant, 2'000'000U);
  EXPECT_EQ(load_text("events.max_waiting_bytes = 2000000\n").events.max_waiting_bytes_per_tenant, 2'000'000U)
      << "a default is no mistake";
}

TEST(Rules, backups_have_one_destination_outside_of_data_dir) {
  const std::string inside = "lies in data.dir: who loses that would lose the backups with it";
  for (const char* directory : {"data", "data/backups", "./data/x/..", "x/../data/b"}) {
    EXPECT_EQ(mistakes_in_text(fmt::format("backup.directory = '{}'\n", directory)),
              (Mistakes{{"backup.directory", inside}}))
        << directory;
  }
  EXPECT_EQ(load_text("backup.directory = 'database'\n").backup.directory, "database");
  EXPECT_EQ(mistakes_in_text("[backup]\ndirectory = '/b'\ns3_bucket = 'bucket'\n"),
            (Mistakes{{"backup.directory", "excludes backup.s3_bucket; remove one of them"}}));
  const std::string alone = "is allowed only with backup.s3_bucket; remove it or set the bucket";
  EXPECT_EQ(mistakes_in_text("[backup]\ns3_endpoint = 'http://a:1'\ns3_prefix = 'x/'\n"),
            (Mistakes{{"backup.s3_endpoint", alone}, {"backup.s3_prefix", alone}}));
}

TEST(Rules, S3_needs_a_bucket) {
  EXPECT_EQ(mistakes_in_text("files.kind = 's3'\n"),
            (Mistakes{{"files.s3_bucket", "is required with files.kind = s3"}}));
}

TEST(Rules, a_local_file_store_has_no_settings_of_S3) {
  const std::string problem = "is allowed only with files.kind = s3; remove it or change the kind";
  EXPECT_EQ(mistakes_in_text("[files]\ns3_endpoint = 'http://a:1'\ns3_bucket = 'bucket'\ns3_region = 'eu'\n"
                             "s3_path_style = true\n"),
            (Mistakes{{"files.s3_endpoint", problem},
                      {"files.s3_bucket", problem},
                      {"files.s3_region", problem},
                      {"files.s3_path_style", problem}}));
}

TEST(Rules, a_default_of_the_other_kind_is_no_mistake_and_another_value_is) {
  EXPECT_NO_THROW(
      load_text("[engine]\nuser = 'default'\npassword = ''\nendpoints = []\n[files]\n"
                "s3_region = 'us-east-1'\ns3_path_style = false\ns3_endpoint = ''\n"));
  EXPECT_EQ(mistakes_in_text("engine.user = 'Default'\n").size(), 1U);
  EXPECT_NO_THROW(load_text("engine.user = 'x'\n", {{"ANNALS_ENGINE_USER", "default"}}))
      << "what counts is the value that wins";
}

TEST(Rules, certificates_must_be_there_and_be_certificates) {
  const TemporaryDirectory directory;
  const auto mistake = [&](const std::string& file) {
    const auto mistakes = mistakes_in_variables({{"ANNALS_ENGINE_KIND", "remote"},
                                                 {"ANNALS_ENGINE_ENDPOINTS", "https://a:1"},
                                                 {"ANNALS_ENGINE_CA_FILE", file}});
    return mistakes.size() == 1 && mistakes[0].first == "ANNALS_ENGINE_CA_FILE" ? mistakes[0].second : "?";
  };
  EXPECT_EQ(mistake((directory.path() / "missing.pem").string()), "is a file that does not exist");
  EXPECT_EQ(mistake(write_file(directory, "no certificate").string()),
            "is a file without a certificate in PEM form");
  EXPECT_EQ(mistake(write_file(directory, "").string()), "is a file without a certificate in PEM form");
  EXPECT_EQ(mistake(directory.path().string()), "is a file that cannot be read: Is a directory");
}

TEST(Rules, tls_needs_a_certificate_and_its_key) {
  const TemporaryDirectory directory;
  const auto file = [&](const std::string& name, const std::string& content) {
    std::ofstream(directory.path() / name) << content;
    return (directory.path() / name).string();
  };
  const auto made = support::make_certificate();
  const auto certificate = file("certificate", made.certificate);
  const auto key = file("key", made.key);
  const std::string certificate_file = "ANNALS_SERVER_TLS_CERTIFICATE";
  const std::string key_file = "ANNALS_SERVER_TLS_KEY";
  const std::string client_ca_file = "ANNALS_SERVER_TLS_CLIENT_CA";
  EXPECT_EQ(load_variables({{certificate_file, certificate}, {key_file, key}, {client_ca_file, certificate}})
                .server.tls.key,
            key);
  EXPECT_EQ(load_text(fmt::format("[server.tls]\ncertificate = '{}'\nkey = '{}'\n", certificate, key))
                .server.tls.certificate,
            certificate);

  EXPECT_EQ(mistakes_in_variables({{certificate_file, certificate}}),
            (Mistakes{{"server.tls.key", "is required with server.tls.certificate"}}));
  EXPECT_EQ(mistakes_in_variables({{key_file, key}}),
            (Mistakes{{"server.tls.certificate", "is required with server.tls.key"}}));
  EXPECT_EQ(mistakes_in_variables({{client_ca_file, certificate}}),
            (Mistakes{{"server.tls.certificate", "is required with server.tls.client_ca"}}));
  EXPECT_EQ(mistakes_in_variables({{certificate_file, file("a", "x")},
                                   {key_file, file("b", made.encrypted_key)},
                                   {client_ca_file, directory.path().string()}})
                .size(),
            3U);
  const auto other = mistakes_in_variables(
      {{certificate_file, certificate}, {key_file, file("other", support::make_certificate().key)}});
  ASSERT_EQ(other.size(), 1U);
  EXPECT_TRUE(other[0].first == key_file && other[0].second.starts_with("is not the key of the certificate"));
}

TEST(Rules, a_section_in_a_section_has_its_own_keys) {
  EXPECT_EQ(mistakes_in_text("server.tls = true\n"),
            (Mistakes{{"server.tls", "must be a section, written as [server.tls]"}}));
  EXPECT_EQ(mistakes_in_text("[server.tls]\ncertficate = 'x'\n"),
            (Mistakes{{"server.tls.certficate", "unknown key, did you mean server.tls.certificate?"}}));
  EXPECT_EQ(mistakes_in_text("[server.tsl]\nkey = 'x'\n").size(), 1U);
}

TEST(Rules, an_empty_variable_takes_back_what_the_file_gave) {
  const auto config = load_text("[engine]\nendpoints = ['http://a:1']\n[files]\ns3_bucket = 'bucket'\n",
                                {{"ANNALS_ENGINE_ENDPOINTS", ""}, {"ANNALS_FILES_S3_BUCKET", ""}});
  EXPECT_TRUE(config.engine.endpoints.empty());
  EXPECT_EQ(config.files.s3_bucket, "");
}

TEST(Rules, a_wrong_kind_raises_no_further_complaints_about_what_belongs_to_it) {
  EXPECT_EQ(mistakes_in_text("[engine]\nkind = 'cloud'\nendpoints = ['http://a:1']\n").size(), 1U);
  EXPECT_EQ(mistakes_in_text("[files]\nkind = 'azure'\ns3_bucket = 'bucket'\n").size(), 1U);
}

TEST(Rules, the_path_style_follows_from_the_endpoint_unless_it_is_said) {
  const Variables aws = {{"ANNALS_FILES_KIND", "s3"}, {"ANNALS_FILES_S3_BUCKET", "bucket"}};
  EXPECT_FALSE(load_variables(aws).files.s3_path_style);
  Variables own = aws;
  own["ANNALS_FILES_S3_ENDPOINT"] = "http://127.0.0.1:7480";
  EXPECT_TRUE(load_variables(own).files.s3_path_style);
  own["ANNALS_FILES_S3_PATH_STYLE"] = "false";
  EXPECT_FALSE(load_variables(own).files.s3_path_style);
}

}  // namespace
}  // namespace annals::config::testing
