#include "input/json_value.h"

#include <gtest/gtest.h>

namespace annals::input {
namespace {

constexpr std::size_t kDepth = 512;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

std::vector<std::string> elements_of(const JsonValue& array) {
  std::vector<std::string> result;
  array.for_each_element([&result](const JsonValue& value) { result.emplace_back(value.text()); });
  return result;
}

TEST(JsonValue, KeepsEveryValueAsItCame) {
  for (const std::string_view text : {"null",
                                      "true",
                                      "false",
                                      "0",
                                      "-0",
                                      "1.0",
                                      "1e5",
                                      "1E+5",
                                      "-0.10",
                                      "12345678901234567890123",
                                      "1e400",
                                      R"("")",
                                      R"("a\"b\\")",
                                      R"("\u0041\n\/")",
                                      R"("🦊 \ud83e\udd8a")",
                                      "[]",
                                      "{}",
                                      "[ 1 , [ 2 ] ]",
                                      R"({ "a" : "]}" })",
                                      "0e9999999999",
                                      "-1.5E-99999999999999999999",
                                      "1e-2147483649",
                                      R"("\ud83d")",
                                      R"("\udc00\ud800")",
                                      R"(["\uD800\u0041", 1e2147483648])",
                                      R"({"\udfff":"\ud83d\ud83d\ude00"})",
                                      R"("\\\ud83d\\ud83d\"")"}) {
    const auto value = parse_json(text, kDepth);
    ASSERT_TRUE(value) << text << ": " << value.error().msg;
    EXPECT_EQ(value->text(), text);
  }
}

TEST(JsonValue, TrimsTheWhiteSpaceAround) {
  EXPECT_EQ(parse_json(" \t\r\n[ 1 ]\n ", kDepth)->text(), "[ 1 ]");
}

TEST(JsonValue, RefusesEverythingThatIsNotJson) {
  const std::string nul("\"a\0b\"", 5);
  const std::string nul_after("1\0", 2);
  for (const std::string_view text : std::initializer_list<std::string_view>{"",
                                                                             " ",
                                                                             "\xEF\xBB\xBF",
                                                                             "\xEF\xBB\xBF\xEF\xBB\xBF{}",
                                                                             "{\xEF\xBB\xBF}",
                                                                             "{",
                                                                             "}",
                                                                             "[1,]",
                                                                             "[1 2]",
                                                                             "{\"a\"}",
                                                                             "{\"a\":}",
                                                                             "{\"a\":1,}",
                                                                             "{a:1}",
                                                                             "{1:2}",
                                                                             "'a'",
                                                                             "\"a",
                                                                             "\"\t\"",
                                                                             R"("\x")",
                                                                             R"("\u12g4")",
                                                                             "01",
                                                                             "1.",
                                                                             ".5",
                                                                             "+1",
                                                                             "-",
                                                                             "1e",
                                                                             "0x10",
                                                                             "NaN",
                                                                             "Infinity",
                                                                             "nul",
                                                                             "nulll",
                                                                             "True",
                                                                             "1 2",
                                                                             "{} {}",
                                                                             "[]]",
                                                                             "// no\n1",
                                                                             "/**/1",
                                                                             "\"\x80\"",
                                                                             "\"\xC0\x80\"",
                                                                             "\"\xED\xA0\x80\"",
                                                                             "\"\xF4\x90\x80\x80\"",
                                                                             R"("\ud800)",
                                                                             R"("\ud80")",
                                                                             R"("\ud800\u")",
                                                                             R"("\ud800\x")",
                                                                             R"("\ud800" 1)",
                                                                             "1e9999999999e1",
                                                                             "1e9999999999.5",
                                                                             "01e9999999999",
                                                                             "[1e9999999999,1e]",
                                                                             nul,
                                                                             nul_after,
                                                                             R"({"a":[1,{"b":tru}]})",
                                                                             R"({"a":{"b":"\q"}})"}) {
    const auto value = parse_json(text, kDepth);
    ASSERT_FALSE(value) << "was taken: " << testing::PrintToString(text);
    EXPECT_EQ(value.error().type, "value_error.jsondecode") << text;
  }
}

TEST(JsonValue, TellsWhereTheTextGoesWrongInCodePoints) {
  const auto value = parse_json("{\n\"é🦊\": tru }", kDepth);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().loc, std::vector<FieldProblem::Part>{8});
  EXPECT_EQ(value.error().msg, "Unexpected character: line 2 column 7 (char 8)");
  EXPECT_EQ(parse_json("{} x", kDepth).error().msg, "Extra data: line 1 column 4 (char 3)");
  EXPECT_EQ(parse_json("", kDepth).error().msg, "Expecting value: line 1 column 1 (char 0)");
  EXPECT_EQ(parse_json("[1", kDepth).error().msg, "Unexpected end of document: line 1 column 3 (char 2)");
}

TEST(JsonValue, TellsWhereATextWithALoneSurrogateGoesWrong) {
  const auto value = parse_json(R"(["\ud83d", 1e9999999999, tru])", kDepth);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().msg, "Unexpected character: line 1 column 26 (char 25)");
}

TEST(JsonValue, SkipsAByteOrderMarkAndDoesNotCountIt) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF {} ", kDepth)->text(), "{}");
  EXPECT_EQ(parse_json("\xEF\xBB\xBF{} x", kDepth).error().msg, "Extra data: line 1 column 4 (char 3)");
}

TEST(JsonValue, NamesWhatIsNotEvenText) {
  const auto what = [](std::string_view text) {
    return std::get<std::string>(parse_json(text, kDepth).error().ctx[0].second);
  };
  EXPECT_EQ(what(std::string_view("\xFF\xFE{\0}\0", 6)), "This is UTF-16, not UTF-8");
  EXPECT_EQ(what(std::string_view("\xFE\xFF\0{\0}", 6)), "This is UTF-16, not UTF-8");
  EXPECT_EQ(what(std::string_view("{\0\"\0", 4)), "This is UTF-16, not UTF-8");
  EXPECT_EQ(what(std::string_view("\0{\0}", 4)), "This is UTF-16, not UTF-8");
  EXPECT_EQ(what(std::string_view("{\0\0\0", 4)), "This is UTF-32, not UTF-8");
  EXPECT_EQ(what(std::string_view("\0\0\0{", 4)), "This is UTF-32, not UTF-8");
  EXPECT_TRUE(what("\x1F\x8B\x08").starts_with("This is gzip, not JSON")) << what("\x1F\x8B\x08");
  EXPECT_TRUE(what("\x28\xB5\x2F\xFD").starts_with("This is zstd, not JSON"));
  EXPECT_EQ(what("PAR1"), "This is Parquet, not JSON");
  EXPECT_EQ(what("Park"), "Expecting value") << "an ordinary mistake stays one";
}

TEST(JsonValue, ResolvesEveryEscape) {
  const auto content = [](std::string_view text) { return parse_json(text, kDepth)->string(); };
  EXPECT_EQ(content(R"("\"\\\/\b\f\n\r\t\u0041")"), "\"\\/\b\f\n\r\tA");
  EXPECT_EQ(content(R"("\u00e9\u20AC\ud83e\udd8a x")"), "é€🦊 x");
  EXPECT_EQ(content(R"("a\u0000b")"), std::string("a\0b", 3));
  EXPECT_EQ(content(R"("\\u0041")"), "\\u0041");
  EXPECT_EQ(content(R"("\ud800\u0041")"),
            "\xED\xA0\x80"
            "A");
}

TEST(JsonValue, KeysWithDifferentLoneSurrogatesAreDifferentKeys) {
  const std::string_view text = R"({"\ud83d":1,"\ud83e":2,"\ufffd":3,"\udc00":4})";
  EXPECT_EQ(json_object(parse_json(text, kDepth)->members()), text);
  EXPECT_EQ(json_object(parse_json(R"({"\ud83d":1,"\uD83D":2})", kDepth)->members()), R"({"\uD83D":2})");
}

TEST(JsonValue, NestsAsDeepAsAllowedAndNoDeeper) {
  EXPECT_TRUE(parse_json(nested(kDepth), kDepth));
  const auto too_deep = parse_json(nested(kDepth + 1), kDepth);
  ASSERT_FALSE(too_deep) << "one level more than allowed was taken";
  EXPECT_TRUE(too_deep.error().msg.starts_with("Nested too deeply (more than 512 levels)"))
      << too_deep.error().msg;
}

TEST(JsonValue, KnowsItsKind) {
  using enum JsonValue::Kind;
  const std::pair<std::string_view, JsonValue::Kind> cases[] = {
      {"null", null}, {"true", boolean},  {"false", boolean}, {"-1.5", number},
      {"7", number},  {R"("x")", string}, {"[]", array},      {"{}", object}};
  for (const auto& [text, kind] : cases) EXPECT_EQ(parse_json(text, kDepth)->kind(), kind) << text;
}

TEST(JsonValue, CutsArraysIntoTheirElements) {
  const auto array = parse_json(R"( [ 1,"a,]\"" ,[2,[ "}" ]], {"k":[3]} ,null,-1e5 ] )", kDepth);
  EXPECT_EQ(elements_of(*array),
            (std::vector<std::string>{"1", R"("a,]\"")", R"([2,[ "}" ]])", R"({"k":[3]})", "null", "-1e5"}));
  EXPECT_TRUE(elements_of(*parse_json("[ \n ]", kDepth)).empty());
}

TEST(JsonValue, CutsObjectsIntoTheirMembers) {
  const auto object = parse_json(R"({ "a\\" : {"x":"}"} ,"b":1 , "a:b" :"\\"})", kDepth);
  const auto members = object->members();
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].key.string(), "a\\");
  EXPECT_EQ(members[0].value.text(), R"({"x":"}"})");
  EXPECT_EQ(members[1].value.text(), "1");
  EXPECT_EQ(members[2].key.string(), "a:b");
  EXPECT_EQ(members[2].value.text(), R"("\\")");
  EXPECT_TRUE(parse_json("{ }", kDepth)->members().empty());
}

TEST(JsonValue, FindsAKeyHoweverItIsEscapedAndTakesTheLast) {
  const auto members = parse_json(R"({"id":1,"\u0069d":2,"idx":3,"other":4})", kDepth)->members();
  ASSERT_TRUE(find_member(members, "id"));
  EXPECT_EQ(find_member(members, "id")->text(), "2");
  EXPECT_FALSE(find_member(members, "i"));
}

TEST(JsonValue, WritesMembersInOrderAndARepeatedKeyOnce) {
  const auto members =
      parse_json(R"({"z": 1.0,"a":"x", "\u007a" :[ 2 ] ,"m":null,"a":"y"})", kDepth)->members();
  EXPECT_EQ(json_object(members), R"({"\u007a":[ 2 ],"m":null,"a":"y"})");
  EXPECT_EQ(json_object({}), "");
}

TEST(JsonValue, AnObjectOfVeryManyKeysIsNoBurden) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += fmt::format("\"{}\":1,", i % 100'000);
  text.back() = '}';
  const auto members = parse_json(text, kDepth)->members();
  ASSERT_EQ(members.size(), 200'000U);
  const auto once = json_object(members);
  EXPECT_EQ(parse_json(once, kDepth)->members().size(), 100'000U);
}

}  // namespace
}  // namespace annals::input
