#include "http/schema.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace annals::http {
namespace {

std::string text_of(const Schema& schema) {
  return boost::json::serialize(schema.json());
}

TEST(Schema, NamesTheTypeAndTheLimitsOfAValue) {
  EXPECT_EQ(text_of("integer"), R"({"type":"integer"})");
  EXPECT_EQ(text_of(schemas::text(1, 64, "^a$")),
            R"({"type":"string","minLength":1,"maxLength":64,"pattern":"^a$"})");
  EXPECT_EQ(text_of(schemas::list(schemas::uuid(), 1, 9)),
            R"({"type":"array","items":{"type":"string","format":"uuid"},"minItems":1,"maxItems":9})");
}

TEST(Schema, TakesNullBesidesItsType) {
  EXPECT_EQ(text_of(schemas::nullable("string")), R"({"type":["string","null"]})");
  EXPECT_EQ(text_of(schemas::nullable(schemas::words({"a"}))),
            R"({"type":["string","null"],"enum":["a",null]})");
  EXPECT_EQ(text_of(schemas::nullable(schemas::named("A", "One.", "object"))),
            R"({"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]})");
}

TEST(Schema, RequiresTheMembersThatAreNotOptionalAndRefusesOthersIfItSaysSo) {
  const auto schema = schemas::object({{.name = "a", .type = "string", .summary = "First."},
                                       {.name = "b", .type = "integer", .summary = "", .optional = true}},
                                      schemas::Others::refused);
  EXPECT_EQ(text_of(schema),
            R"({"type":"object","required":["a"],"properties":{"a":{"type":"string","description":"First."},)"
            R"("b":{"type":"integer","description":""}},"additionalProperties":false})");
}

TEST(Schema, RefersToWhatHasANameHoweverDeepItStands) {
  const auto inner =
      schemas::named("Inner", "Inside.", schemas::object({{.name = "x", .type = "string", .summary = ""}}));
  const auto outer =
      schemas::named("Outer", "Around.", schemas::object({{.name = "inner", .type = inner, .summary = ""}}));
  EXPECT_EQ(text_of(schemas::list(outer)),
            R"({"type":"array","items":{"$ref":"#/components/schemas/Outer"}})");
  EXPECT_EQ(schemas::list(outer).named().size(), 2U);
  EXPECT_TRUE(outer.has_member({"inner"}));
  EXPECT_TRUE(outer.has_member({"inner", "x"}));
  EXPECT_FALSE(outer.has_member({"x"}));
  EXPECT_FALSE(outer.has_member({"inner", "y"}));
}

TEST(Schema, HasOneContentForAName) {
  auto schema = schemas::named("A", "One.", "string");
  EXPECT_NO_THROW(schema.refer_to(schemas::named("A", "One.", "string")));
  EXPECT_THROW(schema.refer_to(schemas::named("A", "One.", "integer")), std::invalid_argument);
}

}  // namespace
}  // namespace annals::http
