#include "files/s3/aws_credentials.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace annals::files {
namespace {

class AwsCredentialsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(home_ / ".aws");
    environment_["HOME"] = home_.string();
  }

  void write(const std::filesystem::path& path, std::string_view text) const {
    std::ofstream(home_ / path) << text;
  }

  [[nodiscard]] AwsCredentials find() const {
    return find_aws_credentials([this](std::string_view name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    });
  }

  [[nodiscard]] std::string complaint() const {
    try {
      (void)find();
    } catch (const AwsCredentialsError& error) {
      return error.what();
    }
    return "credentials were found";
  }

  support::TemporaryDirectory temporary_;
  const std::filesystem::path home_ = temporary_.path();
  std::map<std::string, std::string, std::less<>> environment_;
};

TEST_F(AwsCredentialsTest, TheEnvironmentWinsOverTheFile) {
  write(".aws/credentials", "[default]\naws_access_key_id = file\naws_secret_access_key = file\n");
  environment_["AWS_ACCESS_KEY_ID"] = "id";
  environment_["AWS_SECRET_ACCESS_KEY"] = "secret";
  environment_["AWS_SESSION_TOKEN"] = "token";

  const AwsCredentials found = find();

  EXPECT_EQ(found.access_key_id, "id");
  EXPECT_EQ(found.secret_access_key.reveal(), "secret");
  ASSERT_TRUE(found.session_token);
  EXPECT_EQ(found.session_token->reveal(), "token");
}

TEST_F(AwsCredentialsTest, TheDefaultProfileOfTheHomeDirectoryIsRead) {
  write(".aws/credentials",
        "# comment = no\n[other]\naws_access_key_id = wrong\n\n[default]\r\n  aws_access_key_id=id\r\n"
        "aws_secret_access_key = a=b # c\n[last]\naws_session_token = wrong\n");

  const AwsCredentials found = find();

  EXPECT_EQ(found.access_key_id, "id");
  EXPECT_EQ(found.secret_access_key.reveal(), "a=b # c");
  EXPECT_FALSE(found.session_token);
}

TEST_F(AwsCredentialsTest, AProfileOfAnotherFileIsReadWhenNamed) {
  write("keys",
        "[default]\naws_access_key_id = no\n[ops]\naws_access_key_id = id\naws_secret_access_key = s\n"
        "aws_session_token = t\n");
  environment_["AWS_SHARED_CREDENTIALS_FILE"] = "~/keys";
  environment_["AWS_PROFILE"] = "ops";

  const AwsCredentials found = find();

  EXPECT_EQ(found.access_key_id, "id");
  ASSERT_TRUE(found.session_token);
  EXPECT_EQ(found.session_token->reveal(), "t");
}

TEST_F(AwsCredentialsTest, HalfAPairInTheEnvironmentIsAMistakeAndNotFilledFromTheFile) {
  write(".aws/credentials", "[default]\naws_access_key_id = file\naws_secret_access_key = file\n");
  environment_["AWS_ACCESS_KEY_ID"] = "id";
  EXPECT_EQ(complaint(), "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");

  environment_.erase("AWS_ACCESS_KEY_ID");
  environment_["AWS_SECRET_ACCESS_KEY"] = "very secret";
  EXPECT_EQ(complaint(), "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
}

TEST_F(AwsCredentialsTest, WhatWasLookedForIsNamed) {
  const std::string path = (home_ / ".aws/credentials").string();
  const std::string unset =
      "no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and ";
  EXPECT_EQ(complaint(), unset + path + " cannot be read");

  write(".aws/credentials", "[default]\naws_access_key_id = id\n");
  EXPECT_EQ(complaint(),
            "no AWS credentials: the profile [default] of " + path + " has no aws_secret_access_key");

  environment_["AWS_PROFILE"] = "ops";
  EXPECT_EQ(complaint(), unset + path + " has no profile [ops]");

  environment_.clear();
  EXPECT_NE(complaint().find("HOME"), std::string::npos) << complaint();
}

}  // namespace
}  // namespace annals::files
