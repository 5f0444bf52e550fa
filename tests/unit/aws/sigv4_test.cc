// Against the published examples of the Amazon S3 API Reference, "Signature Calculations for the
// Authorization Header" and "Authenticating Requests: Using Query Parameters".
#include "aws/sigv4.h"

#include <gtest/gtest.h>

namespace annals::aws {
namespace {

using namespace std::chrono_literals;

constexpr SigV4::Time kExampleTime = std::chrono::sys_days{std::chrono::year{2013} / 5 / 24};

Credentials example_credentials() {
  return {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
          .secret_access_key = crypto::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
}

SigV4 example_signer() {
  return {example_credentials(), "us-east-1"};
}

UnsignedRequest example_request(std::string method, std::string path) {
  return {.method = std::move(method), .host = "examplebucket.s3.amazonaws.com", .path = std::move(path)};
}

std::string header(const SignedRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "no header " + std::string(name);
}

TEST(SigV4, SignsTheGetObjectExampleOfAws) {
  UnsignedRequest request = example_request("GET", "/test.txt");
  request.headers = {{"Range", "bytes=0-9"}};

  const SignedRequest result = example_signer().sign(request, "", kExampleTime);

  EXPECT_EQ(header(result, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(result.url, "https://examplebucket.s3.amazonaws.com/test.txt");
  EXPECT_EQ(header(result, "x-amz-date"), "20130524T000000Z");
}

TEST(SigV4, SignsThePutObjectExampleOfAws) {
  UnsignedRequest request = example_request("PUT", "/test$file.text");
  request.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};

  const SignedRequest result = example_signer().sign(request, "Welcome to Amazon S3.", kExampleTime);

  EXPECT_EQ(header(result, "x-amz-content-sha256"),
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  EXPECT_EQ(header(result, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
            "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(result.url, "https://examplebucket.s3.amazonaws.com/test%24file.text");
}

TEST(SigV4, SignsTheBucketLifecycleExampleOfAws) {
  UnsignedRequest request = example_request("GET", "/");
  request.query = {{"lifecycle", ""}};

  const SignedRequest result = example_signer().sign(request, "", kExampleTime);

  EXPECT_TRUE(header(result, "Authorization")
                  .ends_with("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
      << header(result, "Authorization");
}

TEST(SigV4, SignsTheListObjectsExampleOfAwsWhateverTheOrderOfTheParameters) {
  UnsignedRequest request = example_request("GET", "/");
  request.query = {{"prefix", "J"}, {"max-keys", "2"}};

  const SignedRequest result = example_signer().sign(request, "", kExampleTime);

  EXPECT_TRUE(header(result, "Authorization")
                  .ends_with("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
      << header(result, "Authorization");
  EXPECT_EQ(result.url, "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
}

TEST(SigV4, PresignsTheExampleOfAws) {
  const std::string url = example_signer().presign(example_request("GET", "/test.txt"), 86400s, kExampleTime);

  EXPECT_EQ(url,
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SigV4, CoversTheSessionTokenOfTemporaryCredentials) {
  Credentials credentials = example_credentials();
  credentials.session_token.emplace("the token/+=");
  const SigV4 signer(credentials, "us-east-1");

  const SignedRequest result = signer.sign(example_request("GET", "/k"), "", kExampleTime);
  const std::string url = signer.presign(example_request("GET", "/k"), 60s, kExampleTime);

  EXPECT_EQ(header(result, "x-amz-security-token"), "the token/+=");
  EXPECT_NE(header(result, "Authorization").find("x-amz-date;x-amz-security-token,"), std::string::npos);
  EXPECT_NE(url.find("X-Amz-Security-Token=the%20token%2F%2B%3D&"), std::string::npos) << url;
}

TEST(SigV4, EncodesPathAndQueryOnce) {
  UnsignedRequest request = example_request("GET", "/a b+c%20/ü&?/../x");
  request.query = {{"prefix", "a b+c%20/"}};

  const SignedRequest result = example_signer().sign(request, "", kExampleTime);

  EXPECT_EQ(
      result.url,
      "https://examplebucket.s3.amazonaws.com/a%20b%2Bc%2520/%C3%BC%26%3F/../x?prefix=a%20b%2Bc%2520%2F");
}

TEST(SigV4, CoversHeadersWithSingleBlanksInsideAndNoneAtTheEnds) {
  const auto signed_with = [](const std::string& value) {
    UnsignedRequest request = example_request("GET", "/k");
    request.headers = {{"X-Note", value}};
    return header(example_signer().sign(request, "", kExampleTime), "Authorization");
  };
  const std::string expected = signed_with("a b");
  for (const std::string value : {" a b", "a b ", "a  b", "a\tb", "\t a \t b \t"}) {
    EXPECT_EQ(signed_with(value), expected) << '"' << value << '"';
  }
  EXPECT_NE(signed_with("ab"), expected);
  EXPECT_EQ(signed_with(""), signed_with(" "));
  EXPECT_NE(expected.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-note,"), std::string::npos)
      << expected;
}

TEST(SigV4, APresignedUrlCoversItsHeadersAndLivesForASecondAtLeast) {
  UnsignedRequest request = example_request("PUT", "/k");
  request.headers = {{"Content-Type", "text/plain"}};
  const std::string url = example_signer().presign(request, 1s, kExampleTime);
  EXPECT_NE(url.find("&X-Amz-Expires=1&X-Amz-SignedHeaders=content-type%3Bhost&"), std::string::npos) << url;
}

TEST(SigV4, RefusesToPresignForLongerThanAWeekOrNotAtAll) {
  const SigV4 signer = example_signer();
  EXPECT_THROW((void)signer.presign(example_request("GET", "/k"), 0s, kExampleTime), std::invalid_argument);
  EXPECT_THROW((void)signer.presign(example_request("GET", "/k"), SigV4::kMaxExpiry + 1s, kExampleTime),
               std::invalid_argument);
  EXPECT_NO_THROW((void)signer.presign(example_request("GET", "/k"), SigV4::kMaxExpiry, kExampleTime));
}

}  // namespace
}  // namespace annals::aws
