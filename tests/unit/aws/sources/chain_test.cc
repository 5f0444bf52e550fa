#include "aws/sources/chain.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/machine/aws_environment.h"
#include "support/machine/temporary_directory.h"

namespace annals::aws {
namespace {

constexpr const char* kKeys = "aws_access_key_id = file\naws_secret_access_key = file\n";

class ChainTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(home_ / ".aws");
    environment_["HOME"] = home_.string();
    environment_["AWS_EC2_METADATA_DISABLED"] = "true";
  }

  void write(const std::filesystem::path& path, const std::string& text) const {
    std::ofstream(home_ / path) << text;
  }

  [[nodiscard]] Source find() const {
    io::HttpClient http;
    return find_source(environment_.get(), "eu-west-2", http);
  }

  [[nodiscard]] Credentials first() const { return find().first.value(); }

  [[nodiscard]] std::string complaint() const {
    return support::complaint_of([this] { return find(); });
  }

  support::TemporaryDirectory temporary_;
  const std::filesystem::path home_ = temporary_.path();
  support::AwsEnvironment environment_;
};

TEST_F(ChainTest, TheEnvironmentWinsOverTheProfile) {
  write(".aws/credentials", std::string("[default]\n") + kKeys);
  environment_["AWS_ACCESS_KEY_ID"] = "id";
  environment_["AWS_SECRET_ACCESS_KEY"] = "secret";
  environment_["AWS_SESSION_TOKEN"] = "token";
  environment_["AWS_CREDENTIAL_EXPIRATION"] = "2026-01-02T03:04:05Z";

  const Credentials found = first();

  EXPECT_EQ(found.access_key_id, "id");
  EXPECT_EQ(found.secret_access_key.reveal(), "secret");
  EXPECT_EQ(found.session_token.value().reveal(), "token");
  EXPECT_TRUE(found.expires_at);
}

TEST_F(ChainTest, HalfAPairInTheEnvironmentIsAMistakeAndNotFilledFromTheProfile) {
  write(".aws/credentials", std::string("[default]\n") + kKeys);
  environment_["AWS_ACCESS_KEY_ID"] = "id";
  EXPECT_EQ(complaint(), "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");

  environment_.unset("AWS_ACCESS_KEY_ID");
  environment_["AWS_SECRET_ACCESS_KEY"] = "very secret";
  EXPECT_EQ(complaint(), "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
}

TEST_F(ChainTest, TheProfileIsReadFromBothFilesAndThatOfTheCredentialsWins) {
  write(".aws/credentials", std::string("[default]\n") + kKeys);
  write(".aws/config", "[default]\naws_access_key_id = config\naws_session_token = config\n");

  EXPECT_EQ(first().access_key_id, "file");
  EXPECT_FALSE(first().session_token) << "the parts of a pair come from one file";

  std::filesystem::remove(home_ / ".aws/credentials");
  EXPECT_EQ(complaint(),
            "the profile [default] of " + (home_ / ".aws/config").string() + " has no aws_secret_access_key");
}

TEST_F(ChainTest, AProfileOfAnotherFileIsReadWhenNamed) {
  write("keys",
        std::string("[default]\naws_access_key_id = no\n[ops]\n") + kKeys + "aws_session_token = t\n");
  environment_["AWS_SHARED_CREDENTIALS_FILE"] = "~/keys";
  environment_["AWS_PROFILE"] = "ops";

  EXPECT_EQ(first().access_key_id, "file");
  EXPECT_EQ(first().session_token.value().reveal(), "t");
}

TEST_F(ChainTest, ANamedFileOrProfileThatIsNotThereIsAMistake) {
  const std::string credentials = (home_ / ".aws/credentials").string();
  const std::string config = (home_ / ".aws/config").string();
  environment_["AWS_PROFILE"] = "ops";
  write(".aws/credentials", std::string("[default]\n") + kKeys);
  EXPECT_EQ(complaint(), "AWS_PROFILE names the profile [ops], which is not there: " + credentials +
                             " has no profile [ops], " + config + " does not exist");

  environment_["AWS_CONFIG_FILE"] = "/nowhere";
  EXPECT_EQ(complaint(), "AWS_CONFIG_FILE names a file that is no use: /nowhere does not exist");
}

TEST_F(ChainTest, KeysOfAProfileAreReadAgain) {
  write(".aws/credentials", std::string("[default]\n") + kKeys);
  const Source source = find();
  write(".aws/credentials", "[default]\naws_access_key_id = new\naws_secret_access_key = new\n");

  io::HttpClient http;
  EXPECT_EQ(source.fetch(http, {}).access_key_id, "new");
}

TEST_F(ChainTest, AProfileThatNeedsWhatIsNotSupportedIsRefusedByName) {
  const auto complaint_about = [this](const std::string& setting) {
    write(".aws/config", "[default]\n" + setting + "\n");
    return complaint();
  };
  EXPECT_NE(
      complaint_about("role_arn = arn\nsource_profile = x\nmfa_serial = y").find("(mfa_serial), which a"),
      std::string::npos);
  EXPECT_NE(complaint_about("sso_session = x").find("(sso_session), which is not supported"),
            std::string::npos);
}

TEST_F(ChainTest, ARoleIsAssumedWithTheCredentialsThatItsProfileNames) {
  const auto name_with = [this](const std::string& settings) {
    write(".aws/config", "[default]\nrole_arn = arn\n" + settings);
    return support::complaint_of([this] { return find(); }) + "; " + find().name;
  };
  const std::string good =
      "no CredentialsError; the profile [default] of " + (home_ / ".aws/config").string() + " (a role)";

  EXPECT_EQ(name_with("source_profile = default\n" + std::string(kKeys)), good) << "its own keys";
  EXPECT_EQ(name_with("source_profile = base\n[profile base]\n" + std::string(kKeys)), good);
  EXPECT_EQ(name_with("source_profile = a\n[profile a]\nrole_arn = b\nsource_profile = c\n[profile c]\n" +
                      std::string(kKeys)),
            good);
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "https://any.example/";
  EXPECT_EQ(name_with("credential_source = EcsContainer\n"), good);
  EXPECT_FALSE(find().first) << "nothing is called before it is used";
}

TEST_F(ChainTest, ARoleWithoutCredentialsToAssumeItIsAMistake) {
  const auto problem_with = [this](const std::string& settings) {
    write(".aws/config", "[default]\nrole_arn = arn\n" + settings);
    return complaint().substr(("the profile [default] of " + (home_ / ".aws/config").string()).size() + 1);
  };
  const std::string none = "assumes a role and needs either source_profile or credential_source for it";
  EXPECT_EQ(problem_with(kKeys), none);
  EXPECT_EQ(problem_with("source_profile = a\ncredential_source = Environment\n"), none);
  EXPECT_EQ(problem_with("credential_source = Moon\n"),
            "has a credential_source other than Environment, EcsContainer and Ec2InstanceMetadata");
  EXPECT_EQ(
      problem_with("credential_source = Environment\n"),
      "assumes a role with credentials that are not there: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are "
      "not set");
  write(".aws/config", "[default]\nrole_arn = arn\nsource_profile = x\n");
  EXPECT_TRUE(complaint().starts_with("there is no profile [x]: ")) << complaint();
  write(
      ".aws/config",
      "[default]\nrole_arn = arn\nsource_profile = x\n[profile x]\nrole_arn = b\nsource_profile = default\n");
  EXPECT_NE(complaint().find("has a source_profile that leads back to it"), std::string::npos) << complaint();
}

TEST_F(ChainTest, AProgramOfTheProfileIsRunWhenItsCredentialsAreUsed) {
  write("answer", R"({"Version":1,"AccessKeyId":"id","SecretAccessKey":"s","SessionToken":"t"})");
  write(".aws/config", "[default]\ncredential_process = /bin/cat \"" + (home_ / "answer").string() + "\"\n");
  const Source source = find();
  EXPECT_FALSE(source.first);

  io::HttpClient http;
  const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  EXPECT_EQ(source.fetch(http, soon).session_token.value().reveal(), "t");

  write("answer", "no JSON");
  EXPECT_EQ(support::complaint_of([&] { return source.fetch(http, soon); }),
            "the program of the profile [default] of " + (home_ / ".aws/config").string() +
                ": the answer is not a JSON object");
}

TEST_F(ChainTest, AWebIdentityComesFromTheEnvironmentOrTheProfile) {
  environment_["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  EXPECT_EQ(complaint(), "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");

  environment_["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/x";
  EXPECT_EQ(find().name, "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)");
  EXPECT_FALSE(find().first) << "nothing is called before it is used";

  environment_.unset("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(complaint(), "AWS_ROLE_ARN is set, but AWS_WEB_IDENTITY_TOKEN_FILE is not");

  write(".aws/config", "[default]\nrole_arn = arn\nweb_identity_token_file = /token\n");
  EXPECT_TRUE(find().name.ends_with("(web identity)")) << find().name;
}

TEST_F(ChainTest, StsIsCalledWithoutTlsOnThisMachineOnly) {
  environment_["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  environment_["AWS_ROLE_ARN"] = "arn";
  for (const char* good : {"http://127.0.0.1:1", "http://localhost:1/", "https://sts.example"}) {
    environment_["AWS_ENDPOINT_URL_STS"] = good;
    EXPECT_NO_THROW((void)find()) << good;
  }
  environment_["AWS_ENDPOINT_URL_STS"] = "http://sts.example";
  EXPECT_EQ(complaint(), "AWS_ENDPOINT_URL_STS must be https, except on this machine itself");
  environment_["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1.example";
  EXPECT_TRUE(complaint().starts_with("AWS_ENDPOINT_URL_STS must be")) << complaint();
  environment_["AWS_ENDPOINT_URL_STS"] = "https://sts.example/path";
  EXPECT_EQ(complaint(), "AWS_ENDPOINT_URL_STS must be https://host[:port]");
}

TEST_F(ChainTest, AContainersEndpointIsCalledWithoutTlsAtFewAddressesOnly) {
  for (const char* good : {"http://127.9.9.9:1/x?y", "http://[::1]/x", "http://localhost/x",
                           "http://169.254.170.2/x", "http://169.254.170.23/v1/credentials",
                           "http://[FD00:EC2::23]/v1/credentials", "https://any.example/x"}) {
    environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = good;
    EXPECT_NO_THROW((void)find()) << good;
  }
  for (const char* bad : {"http://169.254.170.3/x", "http://169.254.169.254/x", "http://localhost.example/x",
                          "http://127.0.0.1.example/", "http://10.0.0.1/x", "http://[::ffff:10.0.0.1]/",
                          "ftp://127.0.0.1/", "127.0.0.1/x", "http://user@127.0.0.1/x"}) {
    environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = bad;
    EXPECT_TRUE(complaint().starts_with("AWS_CONTAINER_CREDENTIALS_FULL_URI must be"))
        << bad << ": " << complaint();
  }
  environment_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/x";
  EXPECT_EQ(find().name, "the container's endpoint (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)");
  environment_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@evil.example/";
  EXPECT_TRUE(complaint().starts_with("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be")) << complaint();
}

TEST_F(ChainTest, ATokenWithALineBreakIsRefusedWithoutShowingIt) {
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/x";
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Bearer x";
  EXPECT_NO_THROW((void)find());

  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nHost: b";
  EXPECT_EQ(complaint(),
            "the token in AWS_CONTAINER_AUTHORIZATION_TOKEN is empty or has a line break; remove it");

  write("token", "a\n");
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = (home_ / "token").string();
  const Source source = find();
  io::HttpClient http;
  const std::string failure = support::complaint_of(
      [&] { return source.fetch(http, std::chrono::steady_clock::now() + std::chrono::seconds(1)); });
  EXPECT_TRUE(failure.ends_with("/token is empty or has a line break; remove it")) << failure;
}

TEST_F(ChainTest, WithoutAnyEverySourceIsNamedWithItsReason) {
  const std::string home = home_.string();
  EXPECT_EQ(
      complaint(),
      "no credentials for S3 were found, set up one of these sources (docs/operations.md, \"Credentials of "
      "S3\"): environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; profile: " +
          home + "/.aws/credentials does not exist, " + home +
          "/.aws/config does not exist; web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not "
          "set; container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI "
          "are not set; EC2 instance: AWS_EC2_METADATA_DISABLED is true");

  environment_.clear();
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1";
  EXPECT_NE(complaint().find("neither AWS_SHARED_CREDENTIALS_FILE nor HOME is set"), std::string::npos);
  EXPECT_NE(complaint().find("EC2 instance: the metadata of the EC2 instance at http://127.0.0.1:1: Failed"),
            std::string::npos)
      << complaint();
}

TEST_F(ChainTest, WrongVariablesOfTheMetadataAreMistakes) {
  environment_.unset("AWS_EC2_METADATA_DISABLED");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv5";
  EXPECT_EQ(complaint(), "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "metadata";
  EXPECT_EQ(complaint(), "AWS_EC2_METADATA_SERVICE_ENDPOINT must be http(s)://host[:port]");
}

}  // namespace
}  // namespace annals::aws
