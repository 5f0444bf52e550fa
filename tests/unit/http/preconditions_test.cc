// Each case names the clause of RFC 9110 that it holds.

#include "http/preconditions.h"

#include <gtest/gtest.h>

#include "http/date.h"
#include "http/entity_tags.h"

namespace annals::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

constexpr sys_seconds kThen{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr sys_seconds kNow = kThen + std::chrono::years(30);
const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
const std::string later = "Sun, 06 Nov 1994 08:49:38 GMT";
const Validators current{.entity_tag = "\"a\"", .modified = kThen};

using Headers = std::vector<std::pair<std::string, std::string>>;

Request request(std::string method, Headers headers) {
  Request result;
  result.method = std::move(method);
  result.headers = std::move(headers);
  return result;
}

struct Case {
  const char* clause;
  Headers headers;
  Verdict on_get;
  Verdict on_put;
  Verdict on_put_of_nothing = Verdict::proceed;
};

constexpr auto kGo = Verdict::proceed;
constexpr auto k304 = Verdict::not_modified;
constexpr auto k412 = Verdict::failed;

const std::vector<Case> condition_cases = {
    {"13.1.1: the tag", {{"if-match", "\"a\""}}, kGo, kGo, k412},
    {"13.1.1: one of a list", {{"if-match", "\"x\", \"a\""}}, kGo, kGo, k412},
    {"13.1.1, 5.3: a list over two lines", {{"if-match", "\"x\""}, {"if-match", "\"a\""}}, kGo, kGo, k412},
    {"13.1.1: any", {{"if-match", "*"}}, kGo, kGo, k412},
    {"13.1.1: another tag", {{"if-match", "\"x\""}}, k412, k412, k412},
    {"13.1.1: weak tags do not match strongly", {{"if-match", "W/\"a\""}}, k412, k412, k412},
    {"13.1.1: what is no list", {{"if-match", "a"}}, k412, k412, k412},
    {"8.8.3: a comma within a tag", {{"if-match", "\"x,\"a\",y\""}}, k412, k412, k412},
    {"13.1.2: the tag", {{"if-none-match", "\"a\""}}, k304, k412},
    {"13.1.2: a weak tag matches weakly", {{"if-none-match", "W/\"a\""}}, k304, k412},
    {"13.1.2: one of a list", {{"if-none-match", "\"x\" ,,\tW/\"a\""}}, k304, k412},
    {"13.1.2: any", {{"if-none-match", " * "}}, k304, k412},
    {"13.1.2: another tag", {{"if-none-match", "\"x\""}}, kGo, kGo},
    {"8.8.3: w/ is not W/", {{"if-none-match", "w/\"a\""}}, kGo, kGo},
    {"13.1.3: not modified since", {{"if-modified-since", date}}, k304, kGo},
    {"13.1.3: not modified since a later date", {{"if-modified-since", later}}, k304, kGo},
    {"13.1.3: modified since", {{"if-modified-since", earlier}}, kGo, kGo},
    {"13.1.3: no date", {{"if-modified-since", "yesterday"}}, kGo, kGo},
    {"13.1.3: two dates", {{"if-modified-since", date}, {"if-modified-since", date}}, kGo, kGo},
    {"13.1.3: ignored beside If-None-Match",
     {{"if-none-match", "\"x\""}, {"if-modified-since", date}},
     kGo,
     kGo},
    {"13.1.4: not modified since", {{"if-unmodified-since", date}}, kGo, kGo},
    {"13.1.4: not modified since a later date", {{"if-unmodified-since", later}}, kGo, kGo},
    {"13.1.4: modified since", {{"if-unmodified-since", earlier}}, k412, k412},
    {"13.1.4: no date", {{"if-unmodified-since", "1994"}}, kGo, kGo},
    {"13.1.4: ignored beside If-Match",
     {{"if-match", "\"a\""}, {"if-unmodified-since", earlier}},
     kGo,
     kGo,
     k412},
    {"13.2.2: If-Match before If-None-Match",
     {{"if-none-match", "\"a\""}, {"if-match", "\"x\""}},
     k412,
     k412,
     k412},
    {"13.2.2: both are looked at", {{"if-match", "\"a\""}, {"if-none-match", "\"a\""}}, k304, k412, k412},
    {"13.2.2: If-Unmodified-Since before If-None-Match",
     {{"if-unmodified-since", earlier}, {"if-none-match", "\"a\""}},
     k412,
     k412},
    {"no condition", {}, kGo, kGo},
};

TEST(Preconditions, AreThoseOfTheRfc) {
  for (const Case& one : condition_cases) {
    for (const char* method : {"GET", "HEAD"}) {
      EXPECT_EQ(check_preconditions(request(method, one.headers), current, kNow), one.on_get)
          << method << " " << one.clause;
    }
    const Request put = request("PUT", one.headers);
    EXPECT_EQ(check_preconditions(put, current, kNow), one.on_put) << "PUT " << one.clause;
    EXPECT_EQ(check_preconditions(put, std::nullopt, kNow), one.on_put_of_nothing)
        << "PUT, new: " << one.clause;
  }
}

TEST(Preconditions, IfRangeWantsThisVeryVersion) {
  const struct {
    const char* clause;
    std::string value;
    bool applies;
  } cases[] = {{"13.1.5: the tag", "\"a\"", true},
               {"13.1.5: another tag", "\"x\"", false},
               {"13.1.5: a weak tag", "W/\"a\"", false},
               {"13.1.5: no list", "\"x\", \"a\"", false},
               {"13.1.5: the date", date, true},
               {"13.1.5: an earlier date", earlier, false},
               {"13.1.5: a later date is no match either", later, false},
               {"13.1.5: nonsense", "a", false}};
  for (const auto& [clause, value, applies] : cases) {
    EXPECT_EQ(range_applies(request("GET", {{"if-range", value}}), current, kNow), applies) << clause;
  }
  EXPECT_TRUE(range_applies(request("GET", {}), current, kNow));
  Validators weak = current;
  weak.date_is_strong = false;
  EXPECT_FALSE(range_applies(request("GET", {{"if-range", date}}), weak, kNow)) << "8.8.2.2";
}

TEST(HttpDate, IsReadInEveryFormAndWrittenInOne) {
  EXPECT_EQ(http_date(kThen), date);
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow), kThen) << text;
  }
}

TEST(HttpDate, ATwoDigitYearIsNotFarInTheFuture) {
  constexpr sys_seconds kIn2026{1790000000s};
  const auto read = parse_http_date("Sunday, 06-Nov-77 08:49:37 GMT", kIn2026);
  ASSERT_TRUE(read);
  EXPECT_EQ(http_date(*read), "Sun, 06 Nov 1977 08:49:37 GMT");
  const auto soon = parse_http_date("Friday, 06-Nov-48 08:49:37 GMT", kIn2026);
  ASSERT_TRUE(soon);
  EXPECT_EQ(http_date(*soon), "Fri, 06 Nov 2048 08:49:37 GMT");
}

TEST(HttpDate, WhatIsNoneIsRefused) {
  for (const char* text : {"", "0", "784111777", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text, kNow)) << text;
  }
}

}  // namespace
}  // namespace annals::http
