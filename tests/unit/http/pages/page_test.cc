#include "http/pages/page.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace annals::http {
namespace {

Response answer(const Page& page, std::vector<std::pair<std::string, std::string>> headers) {
  Request request;
  request.headers = std::move(headers);
  return page.answer(request);
}

std::string header_of(const Response& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name,
                                       [](const auto& header) { return std::string_view(header.first); });
  return found == response.headers.end() ? "" : found->second;
}

TEST(Page, IsSentAsItIsUnlessACodingIsAsked) {
  const Page page(std::string(1000, 'a'), "text/plain");
  const auto plain = answer(page, {});
  EXPECT_EQ(plain.body, std::string(1000, 'a'));
  EXPECT_EQ(header_of(plain, "Content-Encoding"), "");
  EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header_of(answer(page, {{"accept-encoding", "gzip;q=0, br"}}), "Content-Encoding"), "");
}

TEST(Page, IsCompressedForThoseWhoTakeItSo) {
  const Page page(std::string(1000, 'a'), "text/plain");
  const auto gzip = answer(page, {{"accept-encoding", "deflate, GZIP"}});
  EXPECT_EQ(header_of(gzip, "Content-Encoding"), "gzip");
  EXPECT_LT(gzip.body.size(), 100U);
  EXPECT_EQ(header_of(answer(page, {{"accept-encoding", "gzip, zstd"}}), "Content-Encoding"), "zstd");
}

TEST(Page, IsNotSentAgainToThoseWhoHaveIt) {
  const Page page("content", "text/plain", {{"X-Guard", "on"}});
  const auto first = answer(page, {{"accept-encoding", "gzip"}});
  const std::string tag = header_of(first, "ETag");
  const auto again = answer(page, {{"accept-encoding", "gzip"}, {"if-none-match", tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(header_of(again, "X-Guard"), "on");
  EXPECT_EQ(answer(page, {{"if-none-match", tag}}).status, 200) << "the tag names another coding";
}

TEST(Page, SaysHowLongItMayBeKept) {
  EXPECT_EQ(header_of(answer(Page("content", "text/plain"), {}), "Cache-Control"), "no-cache");
  const Page kept("content", "text/plain", {}, "max-age=60");
  const auto first = answer(kept, {});
  EXPECT_EQ(header_of(first, "Cache-Control"), "max-age=60");
  const auto again = answer(kept, {{"if-none-match", header_of(first, "ETag")}});
  EXPECT_EQ(header_of(again, "Cache-Control"), "max-age=60");
}

TEST(Page, ItsDigestIsTheBeginningOfItsSha256) {
  EXPECT_EQ(Page("abc", "text/plain").digest(), "ba7816bf8f01cfea414140de5dae2223");
}

}  // namespace
}  // namespace annals::http
