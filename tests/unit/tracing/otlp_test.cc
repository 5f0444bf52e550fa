#include "tracing/otlp.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace annals::tracing {
namespace {

namespace json = boost::json;

ops::EndedSpan full_span() {
  ops::EndedSpan span;
  span.trace_id.fill(0xAB);
  span.span_id.fill(0x01);
  span.parent_id.fill(0xFF);
  span.has_remote_parent = true;
  span.state = "a=1";
  span.name = "GET /api/events";
  span.kind = ops::SpanKind::server;
  span.began = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  span.taken = std::chrono::nanoseconds(1'500'000'001);
  span.attributes = {
      {"text", std::string("\xff\"x\"")}, {"whole", std::int64_t{1} << 60U}, {"real", 0.5}, {"flag", true}};
  span.has_failed = true;
  return span;
}

TEST(Otlp, ASpanIsWrittenAsTheProtocolHasIt) {
  const std::vector spans{full_span()};
  const auto expected = json::parse(R"({"resourceSpans":[{
    "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"annals"}}]},
    "scopeSpans":[{"scope":{"name":"annals","version":")" ANNALS_VERSION R"("},"spans":[{
      "traceId":"abababababababababababababababab","spanId":"0101010101010101","flags":769,
      "name":"GET /api/events","kind":2,
      "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001500000001",
      "attributes":[{"key":"text","value":{"stringValue":"\ufffd\"x\""}},
                    {"key":"whole","value":{"intValue":"1152921504606846976"}},
                    {"key":"real","value":{"doubleValue":0.5}},
                    {"key":"flag","value":{"boolValue":true}}],
      "parentSpanId":"ffffffffffffffff","traceState":"a=1","status":{"code":2}}]}]}]})");

  EXPECT_EQ(json::parse(otlp_request({{"service.name", "annals"}}, spans)), expected);
}

TEST(Otlp, WhatASpanHasNotIsLeftOut) {
  const std::vector<ops::EndedSpan> spans(2);
  const auto text = otlp_request({}, spans);
  EXPECT_FALSE(text.contains("parentSpanId"));
  EXPECT_FALSE(text.contains("traceState"));
  EXPECT_FALSE(text.contains("status"));
  EXPECT_TRUE(text.contains(R"("flags":257)"));
  EXPECT_TRUE(text.contains(R"("kind":1)"));
}

TEST(Otlp, AnAnswerTellsHowManySpansWereNotTaken) {
  const struct {
    std::string_view answer;
    std::uint64_t count;
  } cases[] = {{R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"why"}})", 3},
               {R"({"partialSuccess":{"rejectedSpans":4}})", 4},
               {R"({"partialSuccess":{}})", 0},
               {R"({"partialSuccess":{"rejectedSpans":-1}})", 0},
               {R"({"partialSuccess":{"rejectedSpans":"many"}})", 0},
               {R"({"partialSuccess":[]})", 0},
               {"{}", 0},
               {"[]", 0},
               {"", 0},
               {"<html>", 0}};
  for (const auto& [answer, count] : cases) EXPECT_EQ(rejected_spans(answer), count) << answer;
}

}  // namespace
}  // namespace annals::tracing
