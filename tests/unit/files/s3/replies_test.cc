#include "files/s3/replies.h"

#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace annals::files {
namespace {

constexpr std::string_view kDeclaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";

std::string object_list(std::string_view inside) {
  return std::string(kDeclaration) + R"(<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)" +
         std::string(inside) + "</ListBucketResult>";
}

TEST(S3Replies, AListingGivesItsKeysAndWhereToGoOn) {
  const S3Page page = parse_object_list(
      object_list("<IsTruncated>true</IsTruncated><NextContinuationToken>t+/=</NextContinuationToken>"
                  "<Contents><Key>db/1</Key></Contents><Contents><Key>db/&amp;&#10;</Key></Contents>"),
      "db/");

  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].key, "db/1");
  EXPECT_EQ(page.items[1].key, "db/&\n");
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(page.next_key, "t+/=");
}

TEST(S3Replies, EncodedKeysAreDecodedWithEitherBlankButTheTokenIsTakenAsItIs) {
  const S3Page page =
      parse_object_list(object_list("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
                                    "<NextContinuationToken>a%2Bb</NextContinuationToken><Contents><Key>db/"
                                    "a+b%20c%2Bd%01%C3%BC</Key></Contents>"),
                        "db/");

  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].key, "db/a b c+d\x01ü");
  EXPECT_EQ(page.next_key, "a%2Bb");
}

TEST(S3Replies, AKeyOutsideThePrefixIsNotBelieved) {
  const std::string xml =
      object_list("<IsTruncated>false</IsTruncated><Contents><Key>db-2/1</Key></Contents>");
  EXPECT_THROW(parse_object_list(xml, "db/"), UnexpectedReply);
}

TEST(S3Replies, WhatIsNotTheListingIsRefused) {
  for (const std::string_view reply :
       {std::string_view("<html><body>Please log in.</body></html>"),
        std::string_view("<html><br><p>Please log in"), std::string_view(""), std::string_view("{}"),
        std::string_view("<ListBucketResult/>"),
        std::string_view("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"),
        std::string_view("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>db/1"),
        std::string_view("<Error><Code>InternalError</Code></Error>"),
        std::string_view("<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
                         "<Contents><Key>db/%zz</Key></Contents></ListBucketResult>")}) {
    EXPECT_THROW(parse_object_list(reply, "db/"), UnexpectedReply) << reply;
  }
}

TEST(S3Replies, VersionsAndDeleteMarkersAreListedTogether) {
  const S3Page page = parse_version_list(
      "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>db/2</NextKeyMarker>"
      "<NextVersionIdMarker>v9</NextVersionIdMarker><Version><Key>db/1</Key><VersionId>v1</VersionId></"
      "Version>"
      "<DeleteMarker><Key>db/2</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>",
      "db/");

  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].id, "v1");
  EXPECT_EQ(page.items[1].key, "db/2");
  EXPECT_EQ(page.items[1].id, "v2");
  EXPECT_EQ(page.next_key, "db/2");
  EXPECT_EQ(page.next_id, "v9");
}

TEST(S3Replies, AVersionWithoutItsIdIsRefusedBecauseDeletingItWouldOnlyHideIt) {
  EXPECT_THROW(parse_version_list(
                   "<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>db/1</Key></Version>"
                   "</ListVersionsResult>",
                   "db/"),
               UnexpectedReply);
}

TEST(S3Replies, UnfinishedUploadsHaveAnIdEachAndKeysAsTheyAre) {
  const S3Page page = parse_upload_list(
      "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
      "<NextKeyMarker>db/a%20+\r\n&#x1;</NextKeyMarker><NextUploadIdMarker>u2</NextUploadIdMarker>"
      "<Upload><Key>db/a%20+\r\n&#x1;</Key><UploadId>u1</UploadId></Upload></ListMultipartUploadsResult>",
      "db/");

  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].key, "db/a%20+\r\n\x01");
  EXPECT_EQ(page.items[0].id, "u1");
  EXPECT_EQ(page.next_key, page.items[0].key);
  EXPECT_EQ(page.next_id, "u2");
}

TEST(S3Replies, RefusalsInsideASuccessAreFound) {
  EXPECT_TRUE(parse_delete_result("<DeleteResult/>").empty());
  const auto refusals = parse_delete_result(
      "<DeleteResult><Deleted><Key>db/1</Key></Deleted><Error><Key>db/2</Key><Code>AccessDenied</Code></"
      "Error>"
      "</DeleteResult>");
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].key, "db/2");
  EXPECT_EQ(refusals[0].code, "AccessDenied");
  EXPECT_THROW(parse_delete_result("<html/>"), UnexpectedReply);
  EXPECT_THROW(parse_delete_result(""), UnexpectedReply);
}

TEST(S3Replies, OnlyAResultCompletesAnUpload) {
  EXPECT_NO_THROW(
      check_completion("<CompleteMultipartUploadResult><Key>db/1</Key></CompleteMultipartUploadResult>"));
  try {
    check_completion("<Error><Code>InternalError</Code></Error>");
    FAIL() << "expected that an error document is a failure";
  } catch (const FileStoreError& error) {
    EXPECT_STREQ(error.what(), "S3 POST object: InternalError");
  }
  for (const char* text : {"<html/>", "", "<DeleteResult/>", "<CompleteMultipartUploadResult>"})
    EXPECT_THROW(check_completion(text), UnexpectedReply) << text;
}

TEST(S3Replies, AnErrorHasItsCode) {
  EXPECT_EQ(parse_error_code("<?xml version=\"1.0\"?><Error><Code>SlowDown</Code></Error>"), "SlowDown");
  EXPECT_EQ(parse_error_code("<html/>"), std::nullopt);
  EXPECT_EQ(parse_error_code(""), std::nullopt);
}

TEST(S3Replies, KeysComeThroughTheDeletionDocumentUnchanged) {
  const std::vector<S3Item> items{{.key = "db/a&b<c>\"d'e"}, {.key = "db/ü+%20 ", .id = "v1"}};
  const std::string xml = delete_request(items);

  pugi::xml_document document;
  ASSERT_TRUE(document.load_buffer(xml.data(), xml.size())) << xml;
  const auto first = document.child("Delete").child("Object");
  EXPECT_EQ(std::string(first.child_value("Key")), items[0].key);
  EXPECT_FALSE(first.child("VersionId"));
  EXPECT_EQ(std::string(first.next_sibling("Object").child_value("Key")), items[1].key);
  EXPECT_EQ(std::string(first.next_sibling("Object").child_value("VersionId")), "v1");
}

TEST(S3Replies, OnlyKeysThatXmlCanHoldFitIt) {
  for (const std::string_view key : {"db/plain", "db/ü€😀", "db/a b+&<>", "db/\xEF\xBF\xBD"})
    EXPECT_TRUE(fits_xml(key)) << key;
  for (const std::string_view key :
       {"db/\n", "db/\r", "db/\t", "db/\x01", "db/\x7f", "db/\xC2\x85", "db/\xEF\xBF\xBE", "db/\xEF\xBF\xBF",
        "db/\xFF", "db/\xC0\xAF", "db/\xED\xA0\x80", "db/\xF4\x90\x80\x80", "db/\xE2\x82"}) {
    EXPECT_FALSE(fits_xml(key)) << testing::PrintToString(key);
  }
}

}  // namespace
}  // namespace annals::files
