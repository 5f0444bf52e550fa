#include "aws/sources/replies.h"

#include <chrono>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/machine/aws_environment.h"
#include "text/time.h"

namespace annals::aws {
namespace {

std::string complaint_of_json(std::string_view json) {
  return support::complaint_of([json] { return parse_json_credentials(json); });
}

TEST(Replies, AContainersAnswerIsRead) {
  const Credentials found = parse_json_credentials(
      R"({"RoleArn":"x","AccessKeyId":"id","SecretAccessKey":"s/+=","Token":"t==","Expiration":"2026-01-02T03:04:05Z"})");

  EXPECT_EQ(found.access_key_id, "id");
  EXPECT_EQ(found.secret_access_key.reveal(), "s/+=");
  EXPECT_EQ(found.session_token.value().reveal(), "t==");
  EXPECT_EQ(found.expires_at.value(), text::parse_time("2026-01-02T03:04:05Z").value());
}

TEST(Replies, AnAnswerThatLacksAPartOrHasAnUnsafeOneIsRefusedWithoutShowingIt) {
  const std::string lacking = "the answer lacks a key or the token, or has one with blanks or line breaks";
  EXPECT_EQ(
      complaint_of_json(R"({"AccessKeyId":"id","SecretAccessKey":"s","Expiration":"2026-01-02T03:04:05Z"})"),
      lacking);
  EXPECT_EQ(
      complaint_of_json(
          R"({"AccessKeyId":"id","SecretAccessKey":"s","Token":"a\r\nb","Expiration":"2026-01-02T03:04:05Z"})"),
      lacking);
  EXPECT_EQ(complaint_of_json(R"({"AccessKeyId":7,"SecretAccessKey":"s","Token":"t","Expiration":"x"})"),
            lacking);
  EXPECT_EQ(
      complaint_of_json(R"({"AccessKeyId":"id","SecretAccessKey":"s","Token":"t","Expiration":"soon"})"),
      "the answer does not say when the credentials expire");
}

TEST(Replies, WhatIsNoCredentialsIsRefused) {
  const std::string no_object = "the answer is not a JSON object";
  for (const char* text : {"", "[]", "null", "{\"AccessKeyId\":", "<html>", "{}{}"}) {
    EXPECT_EQ(complaint_of_json(text), no_object) << text;
  }
  EXPECT_EQ(complaint_of_json(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"secret"})"),
            "the answer has the code AssumeRoleUnauthorizedAccess");
  EXPECT_EQ(complaint_of_json("{\"Code\":\"line\\nbreak\"}"), "the answer has the code -");
}

TEST(Replies, AProgramsAnswerNeedsNoTokenAndNoEnd) {
  const Credentials found =
      parse_program_credentials(R"({"Version":1,"AccessKeyId":"id","SecretAccessKey":"s"})");
  EXPECT_EQ(found.access_key_id, "id");
  EXPECT_FALSE(found.session_token);
  EXPECT_FALSE(found.expires_at);

  const auto complaint = [](std::string_view json) {
    return support::complaint_of([json] { return parse_program_credentials(json); });
  };
  EXPECT_EQ(complaint(R"({"AccessKeyId":"id","SecretAccessKey":"s"})"), "the answer has no Version 1");
  EXPECT_EQ(complaint(R"({"Version":1,"AccessKeyId":"id","SecretAccessKey":"s","Expiration":"soon"})"),
            "the answer has an Expiration that is no time");
  EXPECT_EQ(complaint(R"({"Version":1,"AccessKeyId":"id"})"),
            "the answer lacks a key or the token, or has one with blanks or line breaks");
}

TEST(Replies, AnAnswerOfStsIsRead) {
  const Credentials found = parse_sts_credentials(
      "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
      "<AssumeRoleWithWebIdentityResult><Credentials><SessionToken>t&amp;</SessionToken>"
      "<SecretAccessKey>s</SecretAccessKey><Expiration>2026-01-02T03:04:05Z</Expiration>"
      "<AccessKeyId>id</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>"
      "</AssumeRoleWithWebIdentityResponse>",
      "AssumeRoleWithWebIdentity");

  EXPECT_EQ(found.access_key_id, "id");
  EXPECT_EQ(found.secret_access_key.reveal(), "s");
  EXPECT_EQ(found.session_token.value().reveal(), "t&");
  EXPECT_EQ(found.expires_at.value(), text::parse_time("2026-01-02T03:04:05Z").value());
}

TEST(Replies, AnEndThatTheClockCannotHoldIsFarAwayOrPast) {
  const auto end = [](std::string_view time) {
    return parse_program_credentials(
               fmt::format(R"({{"Version":1,"AccessKeyId":"id","SecretAccessKey":"s","Expiration":"{}"}})",
                           time))
        .expires_at.value();
  };
  constexpr auto kCentury = std::chrono::years(100);
  const auto now = std::chrono::system_clock::now();
  EXPECT_GT(end("9999-12-31T23:59:59Z"), now + kCentury) << "as programs write that they never expire";
  EXPECT_GT(end("2262-04-12T00:00:00Z"), now + kCentury) << "the first day that does not fit";
  EXPECT_LT(end("0001-01-01T00:00:00Z"), now) << "as programs write a time that they do not know";
  EXPECT_LT(end("1600-01-01T00:00:00Z"), now);
}

TEST(Replies, AnotherAnswerOfStsIsRefusedAndItsCodeIsKnown) {
  EXPECT_EQ(support::complaint_of([] { return parse_sts_credentials("<html><body>", "AssumeRole"); }),
            "the answer is not XML");
  EXPECT_EQ(support::complaint_of([] { return parse_sts_credentials("<html/>", "AssumeRole"); }),
            "the answer is not one of STS");
  EXPECT_EQ(sts_error_code("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"),
            "AccessDenied");
  EXPECT_EQ(sts_error_code("<ErrorResponse><Error><Code>a b\n</Code></Error></ErrorResponse>"), "-");
  EXPECT_EQ(sts_error_code("no XML"), "-");
}

}  // namespace
}  // namespace annals::aws
