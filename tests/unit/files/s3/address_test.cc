#include "files/s3/address.h"

#include <gtest/gtest.h>

namespace annals::files {
namespace {

S3Settings settings(std::string endpoint, bool path_style) {
  return {.endpoint = std::move(endpoint),
          .bucket = "history",
          .region = "eu-west-2",
          .path_style = path_style,
          .credentials = {.access_key_id = "id", .secret_access_key = crypto::Secret("secret")}};
}

std::string url(const S3Settings& where, std::string_view key, QueryParameters query = {}) {
  const SigV4 signer(where.credentials, where.region);
  return signer.sign(S3Address(where).request("GET", key, std::move(query)), "", {}).url;
}

TEST(S3Address, WithoutAnEndpointItIsAmazonsOfTheRegion) {
  EXPECT_EQ(url(settings("", false), "db/f"), "https://history.s3.eu-west-2.amazonaws.com/db/f");
  EXPECT_EQ(url(settings("", true), "db/f"), "https://s3.eu-west-2.amazonaws.com/history/db/f");
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
