#include "engine/sql.h"

#include <set>

#include <gtest/gtest.h>

namespace annals::engine {
namespace {

TEST(Sql, QuotesADatabase) {
  EXPECT_EQ(quote(DatabaseName::parse("demo").value()), "`demo`");
}

TEST(Sql, AnArrayOfTextsKeepsEveryTextInItsQuotes) {
  EXPECT_EQ(string_array({}), "[]");
  EXPECT_EQ(string_array({""}), "['']");
  EXPECT_EQ(string_array({"one", "two", "three"}), "['one','two','three']");
  EXPECT_EQ(string_array({"it's", "'", "a,b]"}), "['it''s','''','a,b]']");
  EXPECT_EQ(string_array({R"(a\'b)"}), R"(['a\''b'])") << "escape_parameter() doubles the backslash";
}

TEST(Sql, AParameterHasNoCharacterThatMeansAnythingToTheEngine) {
  EXPECT_EQ(escape_parameter(""), "");
  EXPECT_EQ(escape_parameter("plain 'text' ü"), "plain 'text' ü");
  EXPECT_EQ(escape_parameter(std::string_view("a\\b\tc\nd\re\0f", 11)), R"(a\\b\tc\nd\re\0f)");
  EXPECT_EQ(escape_parameter(R"(\n)"), R"(\\n)") << "a backslash and an n are no line break";
}

TEST(Sql, EveryStatementOfARequestHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(new_query_id("request"));
  EXPECT_EQ(names.size(), 100U);
  for (const std::string& name : names) EXPECT_TRUE(name.starts_with("request.")) << name;
  EXPECT_EQ(new_query_id(""), "");
}

}  // namespace
}  // namespace annals::engine
