#include "input/template.h"

#include <gtest/gtest.h>

#include <string>

namespace annals::input {
namespace {

std::string type_of_problem(std::string_view text) {
  const auto problem = template_problem(text);
  return problem ? problem->type : "";
}

TEST(Template, TextsAndPathsInBracesAreRight) {
  for (const std::string_view text :
       {"", "closed it", "{source} changed {data.field} from {data.from} to {data.to}", "{a}{b}", "{ a }",
        "{data.größe} – {field.名前}", "a {{literal}} brace", "{{", "}}", "{{}}", "{{{a}}}", "{a}}}"}) {
    EXPECT_EQ(type_of_problem(text), "") << text;
  }
}

TEST(Template, ABraceThatIsNotClosedIsAProblem) {
  for (const std::string_view text : {"{", "a {b", "{a {b}}", "{a}{", "{{{", "{{{a}}"}) {
    EXPECT_TRUE(type_of_problem(text).starts_with("value_error.template.un")) << text;
  }
  EXPECT_EQ(type_of_problem("{source"), "value_error.template.unclosed");
}

TEST(Template, ABraceThatClosesNothingIsAProblem) {
  for (const std::string_view text : {"}", "a } b", "{a}}", "{{a}", "}}}"}) {
    EXPECT_EQ(type_of_problem(text), "value_error.template.unopened") << text;
  }
}

TEST(Template, APathHasOneToAHundredCharacters) {
  const auto in_braces = [](const std::string& path) { return "x {" + path + "} y"; };
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "ä";
  EXPECT_EQ(type_of_problem(in_braces(longest)), "");
  for (const std::string& path : {std::string(), std::string(" "), longest + "a"}) {
    EXPECT_EQ(type_of_problem(in_braces(path)), "value_error.template.path") << path;
  }
}

}  // namespace
}  // namespace annals::input
