#include "ops/tracer.h"

#include <gtest/gtest.h>

#include "unit/ops/spans.h"

namespace annals::ops {
namespace {

using Kind = Sampling::Kind;

TraceContext received(bool sampled) {
  return {.trace_id = random_trace_id(), .span_id = random_span_id(), .is_sampled = sampled, .state = "a=1"};
}

std::string parent_told(const TracePlace& place) {
  return place.headers().at(0).second;
}

class TracerTest : public ::testing::Test {
 protected:
  [[nodiscard]] bool records(Sampling sampling, const std::optional<TraceContext>& context) {
    return Tracer(sampling, &spans_).begin(context).is_recorded();
  }

  KeptSpans spans_;
};

TEST_F(TracerTest, ByParentTheParentDecides) {
  for (const Kind kind : {Kind::always_on, Kind::always_off, Kind::trace_id_ratio}) {
    EXPECT_TRUE(records({.kind = kind, .ratio = 0}, received(true)));
    EXPECT_FALSE(records({.kind = kind, .ratio = 1}, received(false)));
  }
  EXPECT_TRUE(records({.kind = Kind::always_on}, std::nullopt));
  EXPECT_FALSE(records({.kind = Kind::always_off}, std::nullopt));
}

TEST_F(TracerTest, OtherwiseTheParentCountsForNothing) {
  EXPECT_TRUE(records({.kind = Kind::always_on, .is_parent_based = false}, received(false)));
  EXPECT_FALSE(records({.kind = Kind::always_off, .is_parent_based = false}, received(true)));
  EXPECT_FALSE(records({.kind = Kind::trace_id_ratio, .ratio = 0, .is_parent_based = false}, received(true)));
}

TEST_F(TracerTest, ARatioPicksTheSameTracesEverywhere) {
  auto context = received(false);
  const auto is_picked = [&](std::uint8_t byte, double ratio) {
    context.trace_id.fill(0xFF);
    context.trace_id.at(8) = byte;  // only the second half counts
    return records({.kind = Kind::trace_id_ratio, .ratio = ratio, .is_parent_based = false}, context);
  };
  EXPECT_TRUE(is_picked(0x3F, 0.25));
  EXPECT_FALSE(is_picked(0x40, 0.25));
  EXPECT_TRUE(is_picked(0x40, 0.3)) << "a higher ratio picks all of a lower one";
  EXPECT_TRUE(is_picked(0xFF, 1));
  EXPECT_FALSE(is_picked(0x00, 0));
  int picked = 0;
  for (int i = 0; i < 1000; ++i) {
    if (records({.kind = Kind::trace_id_ratio, .ratio = 0.5}, std::nullopt)) ++picked;
  }
  EXPECT_GT(picked, 350);
  EXPECT_LT(picked, 650);
}

TEST_F(TracerTest, WhatIsNotWantedIsRecordedOnlyForAParent) {
  const Tracer tracer({}, &spans_);
  EXPECT_FALSE(tracer.begin(std::nullopt, false).is_recorded());
  EXPECT_TRUE(tracer.begin(received(true), false).is_recorded());
}

TEST_F(TracerTest, WithoutASinkATraceIsGivenOnAsItCame) {
  const Tracer tracer({}, nullptr);
  const auto context = received(true);

  const auto place = tracer.begin(context);
  EXPECT_FALSE(place.is_recorded());
  EXPECT_EQ(place.headers(), trace_headers(context));
  const Span span(place, SpanKind::client, "SELECT");
  EXPECT_EQ(span.place().headers(), trace_headers(context));

  const auto own = tracer.begin(std::nullopt);
  EXPECT_EQ(own.trace_id().size(), 32U);
  EXPECT_EQ(own.span_id().size(), 16U);
  EXPECT_TRUE(parent_told(own).ends_with("-02")) << "random, not sampled";
}

TEST_F(TracerTest, ASpanIsTheParentOfThoseAtItsPlace) {
  const auto context = received(true);
  const auto began = Span::Clock::now() - std::chrono::seconds(3);
  {
    Span request(Tracer({}, &spans_).begin(context), SpanKind::server, "HTTP", began);
    request.rename("GET /");
    request.set("http.response.status_code", std::int64_t{500});
    Span statement(request.place(), SpanKind::client, "SELECT");
    statement.fail("refused");
    statement.end();
    statement.end();
    statement.set("late", true);
    EXPECT_TRUE(parent_told(statement.place()).ends_with("-01"));
  }
  const auto spans = spans_.all();
  ASSERT_EQ(spans.size(), 2U);
  const auto& [statement, request] = std::tie(spans[0], spans[1]);
  EXPECT_EQ(request.trace_id, context.trace_id);
  EXPECT_EQ(request.parent_id, context.span_id);
  EXPECT_TRUE(request.has_remote_parent);
  EXPECT_EQ(request.state, "a=1");
  EXPECT_EQ(request.name, "GET /");
  EXPECT_GE(request.taken, std::chrono::seconds(3));
  EXPECT_FALSE(request.has_failed);
  EXPECT_EQ(statement.parent_id, request.span_id);
  EXPECT_FALSE(statement.has_remote_parent);
  EXPECT_TRUE(statement.has_failed);
  ASSERT_EQ(statement.attributes.size(), 1U);
  EXPECT_EQ(statement.attributes[0].first, "error.type");
}

TEST_F(TracerTest, ATraceThatBeginsHereHasNoParent) {
  Span(Tracer({}, &spans_).begin(std::nullopt), SpanKind::server, "HTTP").end();
  ASSERT_EQ(spans_.all().size(), 1U);
  EXPECT_EQ(spans_.all()[0].parent_id, SpanId{});
  EXPECT_FALSE(spans_.all()[0].has_remote_parent);
  EXPECT_NE(spans_.all()[0].span_id, SpanId{});
}

TEST_F(TracerTest, NowhereIsNoTrace) {
  const TracePlace nowhere;
  Span span(nowhere, SpanKind::client, "SELECT");
  span.fail("refused");
  EXPECT_TRUE(span.place().headers().empty());
  EXPECT_EQ(nowhere.trace_id(), "");
  EXPECT_EQ(nowhere.span_id(), "");
}

}  // namespace
}  // namespace annals::ops
