#include "events/field_filter.h"

#include <gtest/gtest.h>

namespace annals::events {
namespace {

using Keys = std::vector<std::string>;

Keys keys_of(std::string_view name) {
  const auto path = parse_field(name);
  EXPECT_TRUE(path) << name;
  return path.value_or(FieldPath{}).keys;
}

TEST(FieldFilter, APathHasKeysBetweenDots) {
  EXPECT_EQ(keys_of("data.status"), Keys{"status"});
  EXPECT_EQ(keys_of("data.user.id"), (Keys{"user", "id"}));
  EXPECT_EQ(keys_of("field.straße.日本"), (Keys{"straße", "日本"}));
  EXPECT_EQ(keys_of("data. "), Keys{" "});
  EXPECT_EQ(keys_of("data.data.field"), (Keys{"data", "field"}));
}

TEST(FieldFilter, AKeyWithADotStandsInQuotationMarks) {
  EXPECT_EQ(keys_of(R"(data."a.b".c)"), (Keys{"a.b", "c"}));
  EXPECT_EQ(keys_of(R"(data.a."b\"c")"), (Keys{"a", "b\"c"}));
  EXPECT_EQ(keys_of(R"(field."\u0061")"), Keys{"a"});
}

TEST(FieldFilter, WhereAFieldIsSaysItsPrefix) {
  EXPECT_FALSE(parse_field("data.a").value().is_kept);
  EXPECT_TRUE(parse_field("field.a").value().is_kept);
}

TEST(FieldFilter, WhatIsNoPathIsNone) {
  for (const std::string_view name :
       {"", "data", "data.", "field.", "status", "Data.a", "data..a", "data.a.", "data.a..b", R"(data."a)",
        R"(data."a"b)", R"(data.a"b)", R"(data."")", R"(data."\x")", "data.\xFF"}) {
    EXPECT_FALSE(parse_field(name)) << name;
  }
}

TEST(FieldFilter, APathHasItsLimits) {
  std::string name = "data.k";
  for (std::size_t i = 1; i < kMaxKeys; ++i) name += ".k";
  EXPECT_TRUE(parse_field(name));
  EXPECT_FALSE(parse_field(name + ".k"));
  EXPECT_TRUE(parse_field("data." + std::string(kMaxKeyLength, 'k')));
  EXPECT_FALSE(parse_field("data." + std::string(kMaxKeyLength + 1, 'k')));
}

TEST(FieldFilter, AValueMayBeAStringAndWhatItIsTheJsonOf) {
  for (const std::string_view literal : {"7", "-1.5e3", "true", "false", "null"}) {
    EXPECT_TRUE(field_value(literal).may_be_literal) << literal;
    EXPECT_EQ(field_value(literal).text, literal);
  }
  for (const std::string_view string : {"approved", "", "07", "True", "[1]", "{}", "7 8"}) {
    EXPECT_FALSE(field_value(string).may_be_literal) << string;
    EXPECT_EQ(field_value(string).text, string);
  }
}

TEST(FieldFilter, AValueInQuotationMarksIsAString) {
  EXPECT_EQ(field_value(R"("7")").text, "7");
  EXPECT_FALSE(field_value(R"("7")").may_be_literal);
  EXPECT_EQ(field_value(R"("a\u0062")").text, "ab");
  EXPECT_EQ(field_value(R"("a)").text, R"("a)") << "what is no JSON is itself";
}

}  // namespace
}  // namespace annals::events
