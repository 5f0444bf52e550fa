#include "files/s3/address.h"

#include <gtest/gtest.h>

namespace annals::files {
namespace {

S3Settings settings(std::string endpoint, bool path_style) {
  return {.endpoint = std::move(endpoint),
          .bucket = "history",
          .region = "eu-west-2",
          .path_style = path_style,
          .credentials = aws::fixed_source(
              "the test", {.access_key_id = "id", .secret_access_key = crypto::Secret("secret")})};
}

std::string url(const S3Settings& where, std::string_view key, aws::QueryParameters query = {}) {
  const aws::SigV4 signer(where.credentials.first.value(), where.region);
  return signer.sign(S3Address(where).request("GET", key, std::move(query)), "", {}).url;
}

TEST(S3Address, WithoutAnEndpointItIsAmazonsOfTheRegion) {
  EXPECT_EQ(url(settings("", false), "db/f"), "https://history.s3.eu-west-2.amazonaws.com/db/f");
  EXPECT_EQ(url(settings("", true), "db/f"), "https://s3.eu-west-2.amazonaws.com/history/db/f");
}

TEST(S3Address, EveryPartitionOfAmazonHasItsOwnDomain) {
  const struct {
    const char* region;
    const char* host;
  } cases[] = {{"us-east-1", "s3.us-east-1.amazonaws.com"},
               {"us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"},
               {"cn-north-1", "s3.cn-north-1.amazonaws.com.cn"},
               {"cn-northwest-1", "s3.cn-northwest-1.amazonaws.com.cn"},
               {"us-iso-east-1", "s3.us-iso-east-1.c2s.ic.gov"},
               {"us-isob-east-1", "s3.us-isob-east-1.sc2s.sgov.gov"},
               {"eu-isoe-west-1", "s3.eu-isoe-west-1.cloud.adc-e.uk"},
               {"us-isof-south-1", "s3.us-isof-south-1.csp.hci.ic.gov"},
               {"eusc-de-east-1", "s3.eusc-de-east-1.amazonaws.eu"},
               {"eu-south-2", "s3.eu-south-2.amazonaws.com"}};
  for (const auto& [region, host] : cases) {
    S3Settings where = settings("", true);
    where.region = region;
    EXPECT_EQ(S3Address(where).request("GET", "k").host, host);
  }
}

TEST(S3Address, ABucketWithDotsIsInThePathWhereACertificateCountsAsBotocoreHasIt) {
  S3Settings where = settings("", false);
  where.bucket = "my.history";
  EXPECT_EQ(url(where, "k"), "https://s3.eu-west-2.amazonaws.com/my.history/k");
  where.endpoint = "https://s3.example:9000";
  EXPECT_EQ(url(where, "k"), "https://s3.example:9000/my.history/k");
  where.endpoint = "http://s3.example";
  EXPECT_EQ(url(where, "k"), "http://my.history.s3.example/k");
}

TEST(S3Address, ItsOriginIsThatOfItsUrls) {
  EXPECT_EQ(S3Address(settings("", false)).origin(), "https://history.s3.eu-west-2.amazonaws.com");
  EXPECT_EQ(S3Address(settings("", true)).origin(), "https://s3.eu-west-2.amazonaws.com");
  EXPECT_EQ(S3Address(settings("http://s3.example:9000/", true)).origin(), "http://s3.example:9000");
  EXPECT_EQ(S3Address(settings("https://s3.example:443", false)).origin(), "https://history.s3.example");
}

TEST(S3Address, TheBucketItselfHasNoSlashAtItsEnd) {
  EXPECT_EQ(url(settings("", true), "", {{"list-type", "2"}}),
            "https://s3.eu-west-2.amazonaws.com/history?list-type=2");
  EXPECT_EQ(url(settings("", false), "", {{"uploads", ""}}),
            "https://history.s3.eu-west-2.amazonaws.com/?uploads=");
}

TEST(S3Address, AnEndpointKeepsItsSchemeAndPort) {
  EXPECT_EQ(url(settings("http://127.0.0.1:9000", true), "k"), "http://127.0.0.1:9000/history/k");
  EXPECT_EQ(url(settings("http://localhost:9000/", false), "k"), "http://history.localhost:9000/k");
  EXPECT_EQ(url(settings("https://[::1]:9000", true), "k"), "https://[::1]:9000/history/k");
  EXPECT_EQ(url(settings("http://10.0.0.1.example:9000", true), "k"),
            "http://10.0.0.1.example:9000/history/k");
}

TEST(S3Address, ThePortOfTheSchemeIsNotInTheHostThatIsSigned) {
  EXPECT_EQ(S3Address(settings("https://s3.example:443", true)).request("GET", "k").host, "s3.example");
  EXPECT_EQ(S3Address(settings("http://s3.example:80", true)).request("GET", "k").host, "s3.example");
  EXPECT_EQ(S3Address(settings("http://s3.example:443", true)).request("GET", "k").host, "s3.example:443");
}

TEST(S3Address, WhatIsNoEndpointIsRefused) {
  for (const char* endpoint :
       {"s3.example", "ftp://s3.example", "http://", "http://s3.example/path", "http://u:p@s3.example",
        "http://s3.example?x=1", "http://s3.example:99999999x", "http://a b"}) {
    EXPECT_THROW(S3Address{settings(endpoint, true)}, std::invalid_argument) << endpoint;
  }
}

TEST(S3Address, AnEmptyBucketNameIsRefused) {
  S3Settings without_bucket = settings("http://s3.example", true);
  without_bucket.bucket = "";
  EXPECT_THROW(S3Address{without_bucket}, std::invalid_argument);
}

}  // namespace
}  // namespace annals::files
