#include "http/server/request_parser.h"

#include <random>

#include <gtest/gtest.h>

#include "error.h"

namespace annals::http {
namespace {

constexpr std::size_t kMaxHeader = 512;
constexpr std::size_t kMaxBody = 256;

struct Parsed {
  Request request;  // with the body
  std::string rest;
  bool done = false;
};

// Hands `pieces` over one after the other, as a connection does.
Parsed parse(const std::vector<std::string_view>& pieces) {
  RequestParser parser(kMaxHeader);
  Parsed result;
  bool limited = false;
  for (const std::string_view piece : pieces) {
    result.rest += piece;
    if (!parser.has_header()) result.rest.erase(0, parser.read_header(result.rest));
    if (!parser.has_header()) continue;
    if (!std::exchange(limited, true)) {
      result.request = parser.head();
      parser.limit_body(kMaxBody);
    }
    if (!parser.done()) result.rest.erase(0, parser.read_body(result.rest));
  }
  result.done = parser.has_header() && parser.done();
  if (result.done) result.request.body = parser.take_body();
  return result;
}

std::vector<std::string_view> bytes_of(std::string_view text) {
  std::vector<std::string_view> bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  return bytes;
}

constexpr std::string_view kChunked =
    "POST /a?b HTTP/1.1\r\nHost: x\r\nX-Some-Name: some value \r\nTransfer-Encoding: Chunked\r\n\r\n"
    "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nX-Api-Key: trailer\r\n\r\n";
constexpr std::string_view kEmptyChunked =
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
constexpr std::string_view kWithLength = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";

TEST(RequestParser, NamesAreInLowerCaseAndATrailerIsNoHeader) {
  const Parsed parsed = parse({kChunked});
  ASSERT_TRUE(parsed.done);
  EXPECT_EQ(parsed.request.method, "POST");
  EXPECT_EQ(parsed.request.body, "abc0123456789");
  const std::vector<std::pair<std::string, std::string>> expected{
      {"host", "x"}, {"x-some-name", "some value"}, {"transfer-encoding", "Chunked"}};
  EXPECT_EQ(parsed.request.headers, expected);
}

TEST(RequestParser, PiecesOfAnySizeGiveTheSameRequest) {
  const std::string next = "GET";
  for (const std::string_view message : {kChunked, kEmptyChunked, kWithLength}) {
    const std::string expected = parse({message}).request.body;
    const std::string text = std::string(message) + next;
    const Parsed byte_by_byte = parse(bytes_of(text));
    EXPECT_TRUE(byte_by_byte.done);
    EXPECT_EQ(byte_by_byte.request.body, expected);
    EXPECT_EQ(byte_by_byte.rest, next) << "the next request stays";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const Parsed two = parse({std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)});
      EXPECT_TRUE(two.done) << cut;
      EXPECT_EQ(two.request.body, expected) << cut;
      EXPECT_EQ(two.rest, next) << cut;
    }
  }
}

// A million of these were tried; what stays here is quick.
TEST(RequestParser, AnEmptyLineBeforeARequestIsIgnoredWhereverItIsDivided) {
  for (const std::string_view before : {"\r\n", "\r\n\r\n"}) {
    const std::string text = std::string(before) + std::string(kChunked);
    for (std::size_t first = 1; first < text.size(); ++first) {
      for (std::size_t second = first + 1; second < text.size(); ++second) {
        const std::string_view whole = text;
        const Parsed parsed =
            parse({whole.substr(0, first), whole.substr(first, second - first), whole.substr(second)});
        ASSERT_TRUE(parsed.done) << "divided at " << first << " and " << second;
        ASSERT_EQ(parsed.request.body, "abc0123456789");
      }
    }
  }
}

TEST(RequestParser, EmptyLinesWithoutEndAreTooLarge) {
  RequestParser parser(kMaxHeader);
  std::string lines;
  for (std::size_t i = 0; i <= kMaxHeader; i += 2) lines += "\r\n";
  EXPECT_THROW(static_cast<void>(parser.read_header(lines)), Error);
}

TEST(RequestParser, DamagedMessagesAreRefusedOrReadAndNeverCrash) {
  std::mt19937 random(20261123);  // NOLINT: the same damage in every run
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  constexpr std::string_view kSpice = "\r\n :;,0\0aF=\"\x80\xFF/%";
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(std::array{kChunked, kEmptyChunked, kWithLength}[below(3)]);
    for (std::size_t damage = 1 + below(4); damage > 0; --damage) {
      const std::size_t place = below(text.size());
      switch (below(3)) {
        case 0:
          text[place] = kSpice[below(kSpice.size())];
          break;
        case 1:
          text.insert(place, 1, kSpice[below(kSpice.size())]);
          break;
        default:
          text.erase(place, 1 + below(3));
          break;
      }
    }
    const std::size_t cut = below(text.size());
    try {
      parse(round % 2 == 0
                ? bytes_of(text)
                : std::vector{std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)});
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::bad_request || error.code() == ErrorCode::body_too_large)
          << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace annals::http
