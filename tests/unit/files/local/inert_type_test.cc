#include "files/local/inert_type.h"

#include <gtest/gtest.h>

namespace annals::files {
namespace {

TEST(InertType, WhatNoBrowserRunsIsServedAsItIs) {
  for (const char* type :
       {"image/png", "image/jpeg", "text/plain", "text/csv", "application/pdf", "application/json",
        "video/mp4", "application/zip", "application/gzip", "audio/aac"}) {
    EXPECT_EQ(inert_content_type(type), type);
  }
}

TEST(InertType, WhatABrowserMayRunIsBytes) {
  for (const char* type : {"text/html",
                           "TEXT/HTML",
                           " text/html ",
                           "text/html;charset=utf-8",
                           "application/xhtml+xml",
                           "text/xml",
                           "application/xml",
                           "image/svg+xml",
                           "image/svg",
                           "text/javascript",
                           "application/javascript",
                           "application/ecmascript",
                           "text/css",
                           "application/wasm",
                           "application/x-shockwave-flash",
                           "text/xsl",
                           "application/rss+xml",
                           "multipart/x-mixed-replace",
                           "message/rfc822",
                           "text/vtt",
                           "text/cache-manifest",
                           "application/x-own",
                           "",
                           "/",
                           "nonsense",
                           "image/png,text/html",
                           "image/png text/html",
                           "*/*"}) {
    EXPECT_EQ(inert_content_type(type), "application/octet-stream") << type;
  }
}

TEST(InertType, OnlyACharsetIsKeptOfTheParameters) {
  EXPECT_EQ(inert_content_type("text/plain; charset=utf-8"), "text/plain; charset=utf-8");
  EXPECT_EQ(inert_content_type("Text/Plain;format=flowed;Charset=\"UTF-8\""), "text/plain; charset=UTF-8");
  EXPECT_EQ(inert_content_type("text/plain; name=\"x.html\""), "text/plain");
  EXPECT_EQ(inert_content_type("text/plain; charset=a b"), "text/plain");
  EXPECT_EQ(inert_content_type("text/plain; charset=\""), "text/plain");
  EXPECT_EQ(inert_content_type("text/plain;"), "text/plain");
}

TEST(Attachment, KeepsTheNameAndNothingElseOfADisposition) {
  EXPECT_EQ(attachment_of("attachment; filename=\"offer.pdf\""), "attachment; filename=\"offer.pdf\"");
  EXPECT_EQ(attachment_of("inline; filename*=UTF-8''%e2%82%ac.pdf"),
            "attachment; filename*=UTF-8''%e2%82%ac.pdf");
  EXPECT_EQ(attachment_of("form-data; name=x; filename=y"), "attachment; name=x; filename=y");
  for (const char* nameless : {"", "inline", "attachment", "inline;", "; filename=x", "a b; filename=x"}) {
    EXPECT_EQ(attachment_of(nameless), "attachment") << nameless;
  }
}

}  // namespace
}  // namespace annals::files
