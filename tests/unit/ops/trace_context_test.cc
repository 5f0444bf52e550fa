#include "ops/trace_context.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "text/hex.h"

namespace annals::ops {
namespace {

constexpr std::string_view kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kSpan = "b7ad6b7169203331";
constexpr std::string_view kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::optional<TraceContext> parse(std::string_view traceparent, std::vector<std::string_view> states = {}) {
  const std::vector<std::string_view> lines{traceparent};
  return parse_trace_context(lines, states);
}

std::string state_of(std::vector<std::string_view> states) {
  return parse(kParent, std::move(states)).value().state;
}

/// Members `k1=v…` of so many characters each.
std::vector<std::string> members(std::size_t count, std::size_t size) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) {
    std::string member = "k" + std::to_string(i) + "=";
    member.append(size - member.size(), 'v');
    result.push_back(std::move(member));
  }
  return result;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

TEST(Traceparent, IsReadToItsLastBit) {
  const auto context = parse(kParent).value();
  EXPECT_EQ(text::to_hex(context.trace_id), kTrace);
  EXPECT_EQ(text::to_hex(context.span_id), kSpan);
  EXPECT_TRUE(context.is_sampled);
  EXPECT_FALSE(context.is_random);
  EXPECT_EQ(context.state, "");
}

TEST(Traceparent, IsWrittenAsItWasReadWithoutFlagsThatNobodyKnows) {
  const struct {
    std::string_view flags;
    std::string_view written;
  } cases[] = {{"00", "00"}, {"01", "01"}, {"02", "02"}, {"03", "03"},
               {"ff", "03"}, {"fc", "00"}, {"09", "01"}};
  for (const auto& [flags, written] : cases) {
    const std::string before = std::string(kParent.substr(0, 53));
    const auto headers = trace_headers(parse(before + std::string(flags)).value());
    ASSERT_EQ(headers.size(), 1U);
    EXPECT_EQ(headers[0].first, "traceparent");
    EXPECT_EQ(headers[0].second, before + std::string(written)) << flags;
  }
}

TEST(Traceparent, OfALaterVersionMayBeLongerAndIsGivenOnAsVersionNought) {
  const std::string rest(kParent.substr(2));
  for (const std::string& text :
       {"01" + rest, "cc" + rest, "fe" + rest + "-", "cc" + rest + "-what-is-to-come"}) {
    const auto context = parse(text);
    ASSERT_TRUE(context) << text;
    EXPECT_EQ(trace_headers(*context)[0].second, kParent);
  }
  for (const std::string& text :
       {"cc" + rest + ".later", "cc" + rest + "0", "ff" + rest, "cc" + rest.substr(0, 52)}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(Traceparent, WithAnyMistakeCountsAsNone) {
  const std::string zeros(32, '0');
  const std::vector<std::string> wrong{
      "",
      "00",
      std::string(55, '-'),
      std::string(kParent) + "-",  // longer than version 00 is
      std::string(kParent) + "-00",
      std::string(kParent) + " ",
      std::string(kParent.substr(0, 54)),                         // shorter
      "00-" + zeros + "-b7ad6b7169203331-01",                     // no trace
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",  // no span
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",  // capitals
      "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
      "0A-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",  // no digits
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
      ".0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",  // no hyphens
      "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
      "000af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01--",
      "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-011",
      " 0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      std::string("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\0", 55),
  };
  for (const std::string& text : wrong) EXPECT_FALSE(parse(text)) << text;
}

TEST(Traceparent, ThatStandsTwiceCountsAsNoneAlsoIfBothAreAlike) {
  const std::vector<std::string_view> twice{kParent, kParent};
  EXPECT_FALSE(parse_trace_context(twice, {}));
  EXPECT_FALSE(parse_trace_context({}, {}));
}

TEST(Tracestate, IsGivenOnAsItCame) {
  EXPECT_EQ(state_of({"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"}), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  EXPECT_EQ(state_of({"fw529a3039@dt=FfAAAAE6_Bk/*-", "a-_*/0@b=  x y~"}),
            "fw529a3039@dt=FfAAAAE6_Bk/*-,a-_*/0@b=  x y~");
  const auto headers = trace_headers(parse(kParent, {"a=1"}).value());
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[1], std::pair(std::string("tracestate"), std::string("a=1")));
}

TEST(Tracestate, OfSeveralLinesIsOneListWithoutBlanksAroundMembersAndEmptyOnes) {
  EXPECT_EQ(state_of({"a=1 ,\t b=2", "", " ,, ", "c=3"}), "a=1,b=2,c=3");
  EXPECT_EQ(state_of({""}), "");
}

TEST(Tracestate, WithAnyMistakeCountsAsNoneAndTheParentStays) {
  const std::string long_key(257, 'a');
  const std::string long_value(257, 'v');
  const std::vector<std::string> wrong{"a",
                                       "a=",
                                       "=1",
                                       "a =1",
                                       "A=1",
                                       "-a=1",
                                       "@a=1",
                                       "a=1=2",
                                       "a=\x7f",
                                       "a=\xc3\xa4",
                                       "a=1,a=2",
                                       "a=1,b=2,a=1",
                                       long_key + "=1",
                                       "a=" + long_value,
                                       joined(members(33, 5))};
  for (const std::string& text : wrong) {
    EXPECT_EQ(state_of({text}), "") << text;
    EXPECT_EQ(text::to_hex(parse(kParent, {text})->trace_id), kTrace);
  }
}

TEST(Tracestate, HasThirtyTwoMembersAtMost) {
  const auto most = joined(members(32, 10));
  EXPECT_EQ(state_of({most}), most);
  EXPECT_EQ(state_of({most, "one=more"}), "");
}

TEST(Tracestate, OfManyCharactersLosesItsLongMembersAndThenItsLastOnes) {
  auto parts = members(10, 40);
  parts.insert(parts.begin() + 5, "long=" + std::string(200, 'x'));
  EXPECT_EQ(state_of({joined(parts)}), joined(members(10, 40)));

  const auto kept = members(12, 40);
  EXPECT_EQ(state_of({joined(members(20, 40))}), joined(kept));
  EXPECT_LE(joined(kept).size(), 512U);

  const std::string value(256, 'v');
  const std::string one = std::string(200, 'k') + "=" + value;
  EXPECT_EQ(state_of({one}), one) << "of 457 characters";
}

TEST(Ids, AreRandomAndNotZero) {
  EXPECT_NE(random_trace_id(), TraceId{});
  EXPECT_NE(random_span_id(), SpanId{});
  EXPECT_NE(random_trace_id(), random_trace_id());
  EXPECT_NE(random_span_id(), random_span_id());
}

}  // namespace
}  // namespace annals::ops
