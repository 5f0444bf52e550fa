// Settings that need, or exclude, each other.
#include <string>

#include <gtest/gtest.h>

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
