#include "http/body_fields.h"
#include "http/query_fields.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "http/problem.h"

namespace annals::http {
namespace {

using input::InvalidInput;

// The problems that `work` throws, as the client sees them; "" when it throws none.
template <class Work>
std::string problems_of(const Work& work) {
  try {
    work();
  } catch (const InvalidInput& error) {
    const std::string body = problem(error, "").body;
    return body.substr(10, body.size() - 11);  // without {"detail": and }
  }
  return {};
}

bool only_letters(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

constexpr TextRule kName{.min_length = 2, .max_length = 4, .pattern = "^[a-z]*$", .matches = only_letters};

Request body(std::string text, std::optional<std::string> content_type = "application/json") {
  Request request;
  request.body = std::move(text);
  if (content_type) request.headers.emplace_back("content-type", *content_type);
  return request;
}

std::string problems_of_body(const Request& request) {
  return problems_of([&request] {
    BodyFields fields(request);
    fields.text("name", kName);
    fields.check();
  });
}

constexpr std::string_view kMissingBody =
    R"([{"loc":["body"],"msg":"field required","type":"value_error.missing"}])";
constexpr std::string_view kNotADict =
    R"([{"loc":["body"],"msg":"value is not a valid dict","type":"type_error.dict"}])";

TEST(BodyFields, ReadsAString) {
  const Request request = body(R"({"unknown":[1,{"a":null}],"name":"abc"})");
  BodyFields fields(request);
  EXPECT_EQ(fields.text("name", kName), "abc");
  EXPECT_NO_THROW(fields.check());
}

TEST(BodyFields, AStringFieldHasTheProblemThatPydanticNames) {
  const struct {
    std::string_view json;
    std::string_view expected;  // without the loc
  } cases[] = {
      {R"({})", R"("msg":"field required","type":"value_error.missing")"},
      {R"({"Name":"abc"})", R"("msg":"field required","type":"value_error.missing")"},
      {R"({"name":null})", R"("msg":"none is not an allowed value","type":"type_error.none.not_allowed")"},
      {R"({"name":1})", R"("msg":"str type expected","type":"type_error.str")"},
      {R"({"name":true})", R"("msg":"str type expected","type":"type_error.str")"},
      {R"({"name":1.5})", R"("msg":"str type expected","type":"type_error.str")"},
      {R"({"name":["abc"]})", R"("msg":"str type expected","type":"type_error.str")"},
      {R"({"name":{}})", R"("msg":"str type expected","type":"type_error.str")"},
      {R"({"name":""})",
       R"("msg":"ensure this value has at least 2 characters","type":"value_error.any_str.min_length","ctx":{"limit_value":2})"},
      {R"({"name":"é"})",
       R"("msg":"ensure this value has at least 2 characters","type":"value_error.any_str.min_length","ctx":{"limit_value":2})"},
      {R"({"name":"ABCDE"})",
       R"("msg":"ensure this value has at most 4 characters","type":"value_error.any_str.max_length","ctx":{"limit_value":4})"},
      {R"({"name":"🦊🦊🦊🦊"})",
       R"("msg":"string does not match regex \"^[a-z]*$\"","type":"value_error.str.regex","ctx":{"pattern":"^[a-z]*$"})"},
      {R"({"name":"ab\u0000"})",
       R"("msg":"string does not match regex \"^[a-z]*$\"","type":"value_error.str.regex","ctx":{"pattern":"^[a-z]*$"})"},
  };
  for (const auto& [json, expected] : cases) {
    EXPECT_EQ(problems_of_body(body(std::string(json))),
              R"([{"loc":["body","name"],)" + std::string(expected) + "}]")
        << json;
  }
}

TEST(BodyFields, AllProblemsAreListedInTheOrderAsked) {
  const Request request = body(R"({"b":1})");
  const std::string problems = problems_of([&request] {
    BodyFields fields(request);
    fields.text("c", {});
    fields.text("b", {});
    fields.check();
  });
  EXPECT_EQ(problems, R"([{"loc":["body","c"],"msg":"field required","type":"value_error.missing"},)"
                      R"({"loc":["body","b"],"msg":"str type expected","type":"type_error.str"}])");
}

TEST(BodyFields, AnObjectInsideHasItsProblemsInItsPlace) {
  const auto problems = [](std::string json) {
    return problems_of([request = body(std::move(json))] {
      BodyFields fields(request);
      fields.object("inner", [](BodyFields& inner) {
        inner.optional_ids("n", 9, 2);
        inner.optional_choices("c", {"a", "b"});
        inner.refuse_null("t");
        inner.forbid_others();
      });
      fields.uuid("id");
      fields.check();
    });
  };
  constexpr std::string_view kId = R"("id":"7c9e6679-7425-40de-944b-e07fc1f90ae7")";
  const auto inner = [&](std::string_view members) {
    return problems(fmt::format(R"({{"inner":{{{}}},{}}})", members, kId));
  };
  const auto has = [](const std::string& text, std::string_view loc, std::string_view type) {
    return text.contains(fmt::format(R"("loc":{},)", loc)) &&
           text.contains(fmt::format(R"("type":"{}")", type));
  };
  EXPECT_EQ(inner(""), "");
  EXPECT_EQ(inner(R"("n":[0,9],"c":["b"])"), "");
  EXPECT_TRUE(has(inner(R"("n":null)"), R"(["body","inner","n"])", "type_error.none.not_allowed"));
  EXPECT_TRUE(has(inner(R"("n":7)"), R"(["body","inner","n"])", "type_error.list"));
  EXPECT_TRUE(has(inner(R"("n":[])"), R"(["body","inner","n"])", "value_error.list.min_items"));
  EXPECT_TRUE(has(inner(R"("n":[1,2,3])"), R"(["body","inner","n"])", "value_error.list.max_items"));
  EXPECT_TRUE(has(inner(R"("n":[1,10])"), R"(["body","inner","n",1])", "value_error.number.not_le"));
  EXPECT_TRUE(has(inner(R"("n":[-1])"), R"(["body","inner","n",0])", "value_error.number.not_ge"));
  EXPECT_TRUE(has(inner(R"("n":[1.0])"), R"(["body","inner","n",0])", "type_error.integer"));
  EXPECT_TRUE(has(inner(R"("n":[true])"), R"(["body","inner","n",0])", "type_error.integer"));
  EXPECT_TRUE(has(inner(R"("c":["a","x"])"), R"(["body","inner","c",1])", "type_error.enum"));
  EXPECT_TRUE(has(inner(R"("c":[1])"), R"(["body","inner","c",0])", "type_error.str"));
  EXPECT_TRUE(has(inner(R"("t":null)"), R"(["body","inner","t"])", "type_error.none.not_allowed"));
  EXPECT_TRUE(has(inner(R"("x":1)"), R"(["body","inner","x"])", "value_error.extra"));
  EXPECT_TRUE(has(problems("{}"), R"(["body","inner"])", "value_error.missing"));
  EXPECT_TRUE(has(problems(R"({"inner":null})"), R"(["body","inner"])", "type_error.none.not_allowed"));
  EXPECT_TRUE(has(problems(R"({"inner":[]})"), R"(["body","inner"])", "type_error.dict"));
  EXPECT_TRUE(has(problems(R"({"inner":{},"id":"x"})"), R"(["body","id"])", "type_error.uuid"));
  EXPECT_TRUE(has(problems(R"({"inner":{}})"), R"(["body","id"])", "value_error.missing"));
}

std::string members(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format(R"({}"k{}":0)", i == 0 ? "" : ",", i);
  return text;
}

std::size_t count_of(const std::string& problems) {
  return problems.empty() ? 0 : boost::json::parse(problems).as_array().size();
}

TEST(BodyFields, NoMoreProblemsAreCollectedThanAreListed) {
  const auto problems = [](std::string json) {
    return problems_of([request = body(std::move(json))] {
      BodyFields fields(request);
      for (const std::string_view name : {"a", "b"}) {
        fields.object(name, [](BodyFields& inner) { inner.forbid_others(); });
      }
      fields.forbid_others();
      fields.check();
    });
  };
  EXPECT_EQ(count_of(problems(fmt::format(R"({{"a":{{{0}}},"b":{{{0}}}}})", members(300)))), 600U);
  EXPECT_EQ(count_of(problems(fmt::format(R"({{"a":{{{0}}},"b":{{{0}}},{0}}})", members(400)))), 1000U);
  const std::string all = problems(fmt::format(R"({{"a":{{{0}}},"b":{{{0}}},{0}}})", members(9'000)));
  EXPECT_EQ(count_of(all), 1000U);
  EXPECT_TRUE(all.starts_with(R"([{"loc":["body","a","k0"])")) << "the first ones";
}

TEST(BodyFields, AnObjectOfVeryManyMembersIsRefusedWhereverItStands) {
  constexpr std::string_view kTooMany =
      R"([{"loc":["body"],"msg":"ensure this value has at most 10000 items",)"
      R"("type":"value_error.list.max_items","ctx":{"limit_value":10000}}])";
  EXPECT_EQ(problems_of_body(body(fmt::format(R"({{"name":"abc",{}}})", members(9'999)))), "");
  EXPECT_EQ(problems_of_body(body(fmt::format(R"({{"name":"abc",{}}})", members(10'000)))), kTooMany);
  EXPECT_EQ(problems_of_body(body(fmt::format(R"({{"name":"abc","x":[{{{}}}]}})", members(10'000)))), "");
  EXPECT_EQ(problems_of_body(body(fmt::format(R"({{"name":"abc","x":[{{{}}}]}})", members(10'001)))),
            kTooMany);
}

TEST(BodyFields, NoBodyAndNullAreAMissingField) {
  EXPECT_EQ(problems_of_body(body("")), kMissingBody);
  EXPECT_EQ(problems_of_body(body("", std::nullopt)), kMissingBody);
  EXPECT_EQ(problems_of_body(body("", "text/plain")), kMissingBody);
  EXPECT_EQ(problems_of_body(body(" null ")), kMissingBody);
}

TEST(BodyFields, WhatIsNoObjectIsNotADict) {
  for (const std::string text : {"[]", "1", "\"name\"", "true", R"([["name","abc"]])"}) {
    EXPECT_EQ(problems_of_body(body(text)), kNotADict) << text;
  }
}

TEST(BodyFields, TheContentTypeDecidesWhetherItIsJson) {
  for (const std::string type :
       {"", "application/json", "Application/JSON", "application/json; charset=utf-8", " application/json ;x",
        "application/problem+json", "application/vnd.api+JSON;a=b"}) {
    EXPECT_EQ(problems_of_body(body(R"({"name":"abc"})", type)), "") << type;
  }
  for (const std::string type :
       {"text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonx", "json",
        "application/", "application/a/json", "application/x/y+json", ";application/json"}) {
    EXPECT_EQ(problems_of_body(body(R"({"name":"abc"})", type)), kNotADict) << type;
  }
  EXPECT_EQ(problems_of_body(body(R"({"name":"abc"})", std::nullopt)), "")
      << "without a content type it is JSON";
}

TEST(BodyFields, WhatIsNotJsonIsToldByPlaceAndNeverEchoed) {
  const struct {
    std::string text;
    std::string_view what;
    int line, column, offset;
  } cases[] = {
      {"x", "Expecting value", 1, 1, 0},
      {"  ", "Expecting value", 1, 3, 2},
      {" \n }", "Expecting value", 2, 2, 3},
      {R"({"name":"abc"} x)", "Extra data", 1, 16, 15},
      {R"({"name":"abc"}{})", "Extra data", 1, 15, 14},
      {R"({"name":"abc")", "Unexpected end of document", 1, 14, 13},
      {R"({"name":)", "Unexpected end of document", 1, 9, 8},
      {R"({"é🦊":secret})", "Unexpected character", 1, 7, 6},
      {"{\n\"a\": 1,\n}", "Unexpected character", 3, 1, 10},
      {"{'a':1}", "Unexpected character", 1, 2, 1},
      {R"({"a":NaN})", "Unexpected character", 1, 6, 5},
      {"{\"name\":\"a\nb\"}", "Unexpected character", 1, 11, 10},
  };
  for (const auto& [text, what, line, column, offset] : cases) {
    const std::string place = fmt::format("line {} column {} (char {})", line, column, offset);
    EXPECT_EQ(problems_of_body(body(text)),
              fmt::format(R"([{{"loc":["body",{2}],"msg":"{0}: {1}","type":"value_error.jsondecode",)"
                          R"("ctx":{{"msg":"{0}","pos":{2},"lineno":{3},"colno":{4}}}}}])",
                          what, place, offset, line, column))
        << text;
  }
}

TEST(BodyFields, AByteOrderMarkIsSkipped) {
  EXPECT_EQ(problems_of_body(body("\xEF\xBB\xBF{}")), problems_of_body(body("{}")));
}

TEST(BodyFields, HostileDocumentsAreJsonErrorsToo) {
  const std::string deep = std::string(100'000, '[');
  const std::string deep_object = [] {
    std::string text;
    for (int i = 0; i < 65; ++i) text += R"({"a":)";
    return text;
  }();
  for (const std::string& text :
       {deep, deep_object, std::string("{\"name\":\"\xFF\"}"), std::string("{\"name\":\"\xC3\"}"),
        std::string(R"({"name":"\ud800"})"), std::string("{\"a\":1e99999999999}"), std::string("{\0}", 3),
        std::string("{\xEF\xBB\xBF}")}) {
    const std::string problems = problems_of_body(body(text));
    EXPECT_TRUE(problems.contains("value_error.jsondecode")) << problems << " for " << text.substr(0, 20);
  }
}

TEST(BodyFields, DocumentsUpToTheDepthLimitAreRead) {
  const std::string nested = std::string(63, '[') + std::string(63, ']');
  EXPECT_EQ(problems_of_body(body(R"({"name":"abc","x":)" + nested + "}")), "");
}

Request query(std::vector<std::pair<std::string, std::string>> parameters) {
  Request request;
  request.query = std::move(parameters);
  return request;
}

constexpr IntegerRule kLimit{.min = 1, .max = 1000, .fallback = 50};

TEST(QueryFields, ReadsIntegersWithinTheirBounds) {
  const Request request = query({{"limit", "7"}, {"limit", "1000"}, {"low", "-5"}});
  QueryFields fields(request);
  EXPECT_EQ(fields.integer("limit", kLimit), 1000) << "of a repeated parameter the last counts";
  EXPECT_EQ(fields.integer("low", {.min = -5}), -5);
  EXPECT_EQ(fields.integer("absent", kLimit), 50);
  EXPECT_NO_THROW(fields.check());
}

TEST(QueryFields, AnIntegerHasTheProblemThatPydanticNames) {
  constexpr std::string_view kNoInteger =
      R"("msg":"value is not a valid integer","type":"type_error.integer")";
  constexpr std::string_view kTooSmall =
      R"("msg":"ensure this value is greater than or equal to 1","type":"value_error.number.not_ge","ctx":{"limit_value":1})";
  constexpr std::string_view kTooLarge =
      R"("msg":"ensure this value is less than or equal to 1000","type":"value_error.number.not_le","ctx":{"limit_value":1000})";
  const struct {
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {"", kNoInteger},
      {"abc", kNoInteger},
      {"1.0", kNoInteger},
      {"1e2", kNoInteger},
      {"0x10", kNoInteger},
      {"7 ", kNoInteger},
      {"--1", kNoInteger},
      {"0", kTooSmall},
      {"-1", kTooSmall},
      {"1001", kTooLarge},
      {"99999999999999999999999", kTooLarge},
      {"-99999999999999999999999", kTooSmall},
      {"99999999999999999999999x", kNoInteger},
  };
  for (const auto& [text, expected] : cases) {
    const Request request = query({{"limit", std::string(text)}});
    const std::string problems = problems_of([&request] {
      QueryFields fields(request);
      fields.integer("limit", kLimit);
      fields.check();
    });
    EXPECT_EQ(problems, R"([{"loc":["query","limit"],)" + std::string(expected) + "}]") << text;
  }
}

TEST(QueryFields, EveryOtherParameterIsAProblemOnceAndNoMoreAreCollectedThanAreListed) {
  const auto problems = [](const Request& request) {
    return problems_of([&request] {
      QueryFields fields(request);
      fields.integer("limit", kLimit);
      EXPECT_EQ(fields.with_prefixes("fields", {"data."}).size(), 1U);
      fields.forbid_others();
      fields.check();
    });
  };
  Request request = query({{"limit", "7"}, {"data.a", "1"}, {"x", "1"}, {"data.a", "2"}, {"x", "2"}});
  EXPECT_EQ(problems(request),
            R"([{"loc":["query","x"],"msg":"extra fields not permitted","type":"value_error.extra"}])");
  for (int i = 0; i < 5'000; ++i) request.query.emplace_back(fmt::format("k{}", i), "");
  EXPECT_EQ(count_of(problems(request)), 1000U);
}

TEST(QueryFields, ParametersWithAPrefixComeInTheOrderSentWithAllTheirValues) {
  const Request request = query({{"b.y", "1"}, {"a.x", "2"}, {"c", "3"}, {"b.y", "4"}, {"a.", "5"}});
  QueryFields fields(request);
  const std::vector<std::pair<std::string, std::vector<std::string>>> expected{
      {"b.y", {"1", "4"}}, {"a.x", {"2"}}, {"a.", {"5"}}};
  EXPECT_EQ(fields.with_prefixes("fields", {"a.", "b."}), expected);
}

TEST(QueryFields, ReadsOneOfTheAllowedValues) {
  const std::vector<std::string> states{"creating", "active"};
  const Request request = query({{"state", "active"}});
  QueryFields fields(request);
  EXPECT_EQ(fields.one_of("state", states), "active");
  EXPECT_EQ(fields.one_of("absent", states), std::nullopt);
  EXPECT_NO_THROW(fields.check());
}

TEST(QueryFields, AValueNotAllowedIsToldWhatIs) {
  for (const std::string text : {"", "gone", "Active"}) {
    const Request request = query({{"state", text}, {"limit", "x"}});
    const std::string problems = problems_of([&request] {
      QueryFields fields(request);
      EXPECT_EQ(fields.one_of("state", {"creating", "active"}), std::nullopt);
      fields.integer("limit", kLimit);
      fields.check();
    });
    EXPECT_EQ(
        problems,
        R"([{"loc":["query","state"],"msg":"value is not a valid enumeration member; permitted: 'creating', 'active'",)"
        R"("type":"type_error.enum"},)"
        R"({"loc":["query","limit"],"msg":"value is not a valid integer","type":"type_error.integer"}])")
        << text;
  }
}

}  // namespace
}  // namespace annals::http
