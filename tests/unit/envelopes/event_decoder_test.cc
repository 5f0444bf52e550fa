#include "envelopes/event_decoder.h"

#include <gtest/gtest.h>
#include <boost/uuid/uuid_io.hpp>

#include "unit/envelopes/decoding.h"

namespace annals::envelopes {
namespace {

using events::Event;
using text::format_time;
using Texts = std::vector<std::string>;

// An event whose one member is replaced, e.g. `record_id` by `-1`.
std::string with(std::string_view key, std::string_view value) {
  return event_json("1", fmt::format(",\"{}\":{}", key, value));
}

// What is wrong with a value of a key; all else is good.
std::string problem_of(std::string_view key, std::string_view value) {
  const auto problems = problems_of(decode_complete(with(key, value)));
  if (problems.empty()) return "taken";
  const std::string loc = fmt::format("[\"body\",\"{}\"] ", key);
  EXPECT_EQ(problems.size(), 1U) << problems.back();
  EXPECT_TRUE(problems[0].starts_with(loc)) << problems[0];
  return problems[0].substr(loc.size());
}

TEST(EventDecoder, ReadsEveryField) {
  const Event event = event_of(decode_complete(
      R"({"event_id":"8F14E45F-ceea-467f-a8d9-0a1b2c3d4e5f","event_time":"2022-11-10T12:26:12.1119+02:00",
          "event_type_id":4294967295,"record_id":18446744073709551615,"source_id":0,"source_type_id":7,
          "event_data": {"a": [1.0, 1e5]} ,"file_id":"00010203-0405-0607-0809-0a0b0c0d0e0f"})"));
  EXPECT_EQ(event.event_id.text(), kId);
  EXPECT_EQ(format_time(event.event_time), kTime);
  EXPECT_EQ(event.event_type_id, 4294967295U);
  EXPECT_EQ(event.record_id, 18446744073709551615U);
  EXPECT_EQ(event.source_id, 0U);
  EXPECT_EQ(event.source_type_id, 7U);
  EXPECT_EQ(event.event_data, R"({"a": [1.0, 1e5]})");
  EXPECT_EQ(event.file_id.value_or(FileId(Uuid{})).text(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
  EXPECT_EQ(event.other_fields, "");
}

TEST(EventDecoder, KeepsEventDataByteForByte) {
  for (const std::string_view data :
       {"null", "true", "\"\"", "0", "1.0", "-0", "1e5", "1E+05", "12345678901234567890123", "1e400",
        R"("\u00e9\/é🦊")", "[ ]", "{ \"b\" : 1,\n\"a\":2 , \"b\":3 }", R"(["}",{"]":"\\\""}])"}) {
    EXPECT_EQ(event_of(decode_complete(event_json(data))).event_data, data);
  }
}

TEST(EventDecoder, KeepsUnknownKeysRawInTheirOrder) {
  const Event event = event_of(decode_complete(
      R"({"source_name": "Ä\u00df" ,"event_id":"8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f","source_info" : {"x" :1.00},)"
      R"("event_time":"2022-11-10T10:26:12Z","event_type_id":1,"record_id":2,"source_id":3,"source_type_id":4,)"
      R"("event_data":1,"\u0061\"é":[ 1e5 ], "":null})"));
  EXPECT_EQ(event.other_fields,
            R"({"source_name":"Ä\u00df","source_info":{"x" :1.00},"\u0061\"é":[ 1e5 ],"":null})");
}

TEST(EventDecoder, OfARepeatedKeyTheLastCounts) {
  const Event event = event_of(decode_complete(
      event_json("1", R"(,"x":1,"record_id":10,"y":2,"\u0078":3,"event_data":[2],"record\u005fid":11)")));
  EXPECT_EQ(event.record_id, 11U);
  EXPECT_EQ(event.event_data, "[2]");
  EXPECT_EQ(event.other_fields, R"({"y":2,"\u0078":3})");
}

TEST(EventDecoder, KeysAreComparedExactly) {
  const Event event =
      event_of(decode_complete(event_json("1", R"(,"Record_id":10,"record_id ":11,"record_i":12)")));
  EXPECT_EQ(event.record_id, 2U);
  EXPECT_EQ(event.other_fields, R"({"Record_id":10,"record_id ":11,"record_i":12})");
}

TEST(EventDecoder, NamesEveryProblemAtOnceInFieldOrder) {
  EXPECT_EQ(
      problems_of(decode_complete(R"({"file_id":"x","source_type_id":1.0,"source_id":-1,"record_id":null,)"
                                  R"("event_time":"yesterday","event_id":7,"event_type_id":4294967296})")),
      (Texts{R"(["body","event_id"] value is not a valid uuid (type_error.uuid))",
             R"(["body","event_time"] invalid datetime format (value_error.datetime))",
             R"(["body","event_type_id"] ensure this value is less than or equal to 4294967295 )" +
                 std::string("(value_error.number.not_le) limit_value=4294967295"),
             R"(["body","record_id"] none is not an allowed value (type_error.none.not_allowed))",
             R"(["body","source_id"] )" + too_small,
             R"(["body","source_type_id"] value is not a valid integer (type_error.integer))",
             R"(["body","event_data"] field required (value_error.missing))",
             R"(["body","file_id"] value is not a valid uuid (type_error.uuid))"}));
}

TEST(EventDecoder, NamesEveryMissingFieldInFieldOrder) {
  const auto lines = [](const std::vector<std::string_view>& fields) {
    Texts texts;
    for (const auto field : fields) {
      texts.push_back(fmt::format(R"(["body","{}"] field required (value_error.missing))", field));
    }
    return texts;
  };
  EXPECT_EQ(problems_of(decode_complete("{}")), lines({"event_id", "event_time", "event_type_id", "record_id",
                                                       "source_id", "source_type_id", "event_data"}));
  EXPECT_EQ(problems_of(decode_event("{}", {"body"}, false, kNow)),
            lines({"event_type_id", "record_id", "source_id", "source_type_id", "event_data"}));
}

TEST(EventDecoder, TakesJsonIntegersOnlyAndTheirWholeRange) {
  const std::string integer = "value is not a valid integer (type_error.integer)";
  const std::string large =
      "ensure this value is less than or equal to 18446744073709551615 (value_error.number.not_le) "
      "limit_value=18446744073709551615";
  for (const auto value : {"1.0", "1e2", "1E2", "-1.5", "true", "[]", "{}"}) {
    EXPECT_EQ(problem_of("record_id", value), integer) << value;
  }
  for (const auto value : {"-1", "-18446744073709551616", "-99999999999999999999999"}) {
    EXPECT_EQ(problem_of("source_id", value), too_small) << value;
  }
  for (const auto value : {"18446744073709551616", "99999999999999999999999"}) {
    EXPECT_EQ(problem_of("record_id", value), large) << value;
  }
  for (const auto value : {"0", "-0", "9223372036854775808", "18446744073709551615"}) {
    EXPECT_EQ(problem_of("source_id", value), "taken") << value;
  }
  for (const auto value : {"\"1\"", "\"ORD-17\"", "\"日本\""}) {
    EXPECT_EQ(problem_of("source_type_id", value), "taken") << value;
  }
  EXPECT_EQ(problem_of("source_type_id", "4294967295"), "taken");
  EXPECT_TRUE(problem_of("source_type_id", "4294967296").ends_with("limit_value=4294967295"));
}

TEST(EventDecoder, OnlyTheFileMayBeNull) {
  const std::string none = "none is not an allowed value (type_error.none.not_allowed)";
  for (const auto key :
       {"event_id", "event_time", "event_type_id", "record_id", "source_id", "source_type_id"}) {
    EXPECT_EQ(problem_of(key, "null"), none) << key;
    EXPECT_EQ(problems_of(decode_event(with(key, "null"), {"body"}, false, kNow)).size(), 1U) << key;
  }
  EXPECT_FALSE(event_of(decode_complete(with("file_id", "null"))).file_id);
}

TEST(EventDecoder, TimesAndIdsAreStrings) {
  for (const auto value : {"1668075972", "true", "\"\"", "\"2022-11-10\"", "[]"}) {
    EXPECT_EQ(problem_of("event_time", value), "invalid datetime format (value_error.datetime)") << value;
  }
  for (const auto value :
       {"\"2300-01-01T00:00:00Z\"", "\"1899-12-31T23:59:60Z\"", "\"0000-01-01T00:00:00Z\""}) {
    EXPECT_EQ(problem_of("event_time", value),
              "ensure this value is from 1900-01-01T00:00:00.000Z to 2299-12-31T23:59:59.999Z "
              "(value_error.datetime)")
        << value;
  }
  for (const auto value : {"1", "false", "\"\"", "\"x\"", "{}"}) {
    EXPECT_EQ(problem_of("event_id", value), "value is not a valid uuid (type_error.uuid)") << value;
  }
  EXPECT_EQ(problem_of("event_time", R"("2022\u002d11-10T10:26:12Z")"), "taken")
      << "an escape is but a spelling";
}

TEST(EventDecoder, MakesWhatAnIncompleteEventLeavesOut) {
  const std::string json =
      R"({"event_type_id":1,"record_id":2,"source_id":3,"source_type_id":4,"event_data":null})";
  const Event first = event_of(decode_event(json, {"body"}, false, kNow));
  const Event second = event_of(decode_event(json, {"body"}, false, kNow));
  EXPECT_EQ(first.event_time, kNow);
  EXPECT_EQ(first.event_id.uuid().version(), Uuid::version_random_number_based);
  EXPECT_NE(first.event_id, second.event_id);
  EXPECT_EQ(event_of(decode_event(event_json(), {"body"}, false, kNow)).event_id.text(), kId)
      << "what is there is kept";
}

TEST(EventDecoder, TellsWhereADocumentIsNoObject) {
  const auto problem = [](std::string_view json) {
    return problems_of(decode_event(json, {"body", 3}, true, kNow));
  };
  EXPECT_EQ(problem("[]"), Texts{R"(["body",3] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problem("7"), Texts{R"(["body",3] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problem(""), Texts{R"(["body",3] field required (value_error.missing))"});
  EXPECT_EQ(problem(" null "), Texts{R"(["body",3] field required (value_error.missing))"});
  const auto flaw = problem("{\"a\":}");
  ASSERT_EQ(flaw.size(), 1U);
  EXPECT_TRUE(flaw[0].starts_with(
      R"(["body",3,5] Unexpected character: line 1 column 6 (char 5) (value_error.jsondecode))"))
      << flaw[0];
}

TEST(EventDecoder, NothingInvalidHidesInANestedValue) {
  for (const std::string_view data :
       {"[1,]", "{\"a\":tru}", "[01]", "[\"\\x\"]", "[\"\x80\"]", "[\"\\ud80\"]", "{\"a\" 1}", "[[[[1}]]]]",
        "[\"a\nb\"]", "[1 2]", "[nul]", "1 2"}) {
    for (const std::string& json : {event_json(data), event_json("1", fmt::format(",\"x\":{}", data))}) {
      const auto problems = problems_of(decode_complete(json));
      ASSERT_EQ(problems.size(), 1U) << json;
      EXPECT_TRUE(problems[0].contains("value_error.jsondecode")) << problems[0];
    }
  }
}

TEST(EventDecoder, DecodesABodyOfOneEvent) {
  const auto items = items_of(decode_json, event_json());
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(event_of(items[0]).event_id.text(), kId);
  EXPECT_EQ(problems_of(items_of(decode_json, R"({"record_id":true})")[0])[1],
            R"(["body","record_id"] value is not a valid integer (type_error.integer))");
}

TEST(EventDecoder, DecodesABodyOfManyEventsInOrder) {
  const auto items = items_of(decode_json, fmt::format(" [ {} , null, [], {},\n{}]", event_json("\"first\""),
                                                       with("record_id", "[]"), event_json("\"last\"")));
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(event_of(items[0]).event_data, "\"first\"");
  EXPECT_EQ(problems_of(items[1]),
            Texts{R"(["body",1] none is not an allowed value (type_error.none.not_allowed))"});
  EXPECT_EQ(problems_of(items[2]), Texts{R"(["body",2] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problems_of(items[3]),
            Texts{R"(["body",3,"record_id"] value is not a valid integer (type_error.integer))"});
  EXPECT_EQ(event_of(items[4]).event_data, "\"last\"");
  EXPECT_TRUE(items_of(decode_json, "[]").empty());
}

TEST(EventDecoder, RefusesABodyThatIsNeither) {
  const auto problems = [](std::string_view json) {
    return problems_thrown_by([json] { items_of(decode_json, json); });
  };
  EXPECT_EQ(problems(""), Texts{R"(["body"] field required (value_error.missing))"});
  EXPECT_EQ(problems("null"), Texts{R"(["body"] field required (value_error.missing))"});
  EXPECT_EQ(problems("\"x\""), Texts{R"(["body"] value is not a valid dict (type_error.dict))"});
  EXPECT_TRUE(problems(event_json() + event_json())[0].contains("Extra data"));
}

TEST(EventDecoder, NestsAsDeepAsAllowedAndNoDeeper) {
  const auto nested = [](std::size_t depth) {
    return event_json(std::string(depth, '[') + std::string(depth, ']'));
  };
  EXPECT_EQ(problems_of(decode_complete(nested(511))), Texts{});
  EXPECT_EQ(problems_of(decode_complete(nested(512))).size(), 1U);
  EXPECT_TRUE(problems_of(decode_complete(nested(100'000)))[0].contains("Nested too deeply"));
}

}  // namespace
}  // namespace annals::envelopes
