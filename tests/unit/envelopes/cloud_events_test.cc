#include "envelopes/cloud_events.h"

#include <gtest/gtest.h>
#include <boost/uuid/uuid_io.hpp>

#include "unit/envelopes/decoding.h"

namespace annals::envelopes {
namespace {

using events::Event;
using text::format_time;
using Texts = std::vector<std::string>;

constexpr std::string_view kAttributes =
    R"("specversion":"1.0","id":"00010203-0405-0607-0809-0a0b0c0d0e0f","source":"/crm","type":"com.example.changed")";
constexpr std::string_view kBareEvent =
    R"({"event_type_id":1,"record_id":2,"source_id":3,"source_type_id":4,"event_data":[1.0],"extra": 5})";

Decoded decode(std::string_view json) {
  return decode_cloud_event(json, {"body"}, kNow);
}

std::string envelope(std::string_view data, std::string_view more = "") {
  return fmt::format(R"({{{}{},"data":{}}})", kAttributes, more, data);
}

TEST(CloudEvents, TheEnvelopeFillsInWhatTheDataLeavesOut) {
  const Event event = event_of(decode(envelope(kBareEvent, R"(,"time":"2022-11-10T10:26:12+01:00")")));
  EXPECT_EQ(event.event_id.uuid().version(), Uuid::version_name_based_sha1);
  EXPECT_EQ(format_time(event.event_time), "2022-11-10T09:26:12.000Z");
  EXPECT_EQ(event.record_id, 2U);
  EXPECT_EQ(event.event_data, "[1.0]");
}

TEST(CloudEvents, TheDatasOwnIdAndTimeCount) {
  const Event event = event_of(decode(envelope(event_json(), R"(,"time":"2001-01-01T00:00:00Z")")));
  EXPECT_EQ(event.event_id.text(), kId);
  EXPECT_EQ(format_time(event.event_time), kTime);
}

TEST(CloudEvents, WithoutAnyTimeItIsNow) {
  EXPECT_EQ(event_of(decode(envelope(kBareEvent))).event_time, kNow);
  EXPECT_EQ(event_of(decode(envelope(kBareEvent, R"(,"time":null)"))).event_time, kNow) << "null is absent";
}

TEST(CloudEvents, SourceAndIdGiveTheSameEventIdEveryTime) {
  const auto id_of = [](std::string_view source, std::string_view id) {
    return event_of(
               decode(fmt::format(R"({{"specversion":"1.0","id":"{}","source":"{}","type":"t","data":{}}})",
                                  id, source, kBareEvent)))
        .event_id;
  };
  EXPECT_EQ(id_of("/crm", "A-1").text(), "4c2b127b-2cff-5711-b291-0eabed5b2315") << "stored ids depend on it";
  EXPECT_EQ(id_of("/crm", "A-1"), id_of("/crm", "A-1"));
  EXPECT_NE(id_of("/crm", "A-1"), id_of("/crm", "A-2"));
  EXPECT_NE(id_of("/crm", "A-1"), id_of("/erp", "A-1"));
  EXPECT_NE(id_of("/a", "bc"), id_of("/ab", "c"));
  const std::string_view uuid = "0b6f2c1e-5a4d-4c3b-9a2f-1e0d9c8b7a60";
  EXPECT_EQ(id_of("/shop/eu", uuid), id_of("/shop/eu", uuid));
  EXPECT_NE(id_of("/shop/eu", uuid), id_of("/shop/us", uuid)) << "a UUID is an id like any other";
  EXPECT_NE(id_of("/crm", R"(\ud83d)"), id_of("/crm", R"(\ud83e)"));
}

TEST(CloudEvents, KeepsTheAttributesBesideTheOtherFields) {
  EXPECT_EQ(
      event_of(decode(envelope(kBareEvent, R"(,"subject":"\u00e9" , "myext": 1.0,"myext":2)"))).other_fields,
      fmt::format(R"({{"extra":5,"cloudevent":{{{},"subject":"\u00e9","myext":2}}}})", kAttributes));
  EXPECT_EQ(event_of(decode(envelope(event_json()))).other_fields,
            fmt::format(R"({{"cloudevent":{{{}}}}})", kAttributes));
  EXPECT_EQ(event_of(decode(envelope(event_json("1", R"(,"cloudevent":"mine")")))).other_fields,
            R"({"cloudevent":"mine"})");
}

TEST(CloudEvents, DataMayComeInBase64) {
  // {"event_type_id":1,"record_id":2,"source_id":3,"source_type_id":4,"event_data":[1.0]}
  const std::string_view base64 =
      "eyJldmVudF90eXBlX2lkIjoxLCJyZWNvcmRfaWQiOjIsInNvdXJjZV9pZCI6Mywic291cmNlX3R5cGVfaWQiOjQsImV2ZW50X2RhdG"
      "EiOlsxLjBd"
      "fQ==";
  const Event event = event_of(decode(fmt::format(R"({{{},"data_base64":"{}"}})", kAttributes, base64)));
  EXPECT_EQ(event.event_data, "[1.0]");
  EXPECT_EQ(event.record_id, 2U);
  EXPECT_EQ(event.other_fields, fmt::format(R"({{"cloudevent":{{{}}}}})", kAttributes));
}

TEST(CloudEvents, NamesWhatIsWrongWithBase64) {
  const auto problems = [](std::string_view more) {
    return problems_of(decode(fmt::format("{{{}{}}}", kAttributes, more)));
  };
  EXPECT_EQ(problems(R"(,"data_base64":"e30")"),
            Texts{R"(["body","data_base64"] value is not valid base64 (value_error.base64))"});
  EXPECT_EQ(problems(R"(,"data_base64":7)"),
            Texts{R"(["body","data_base64"] str type expected (type_error.str))"});
  EXPECT_EQ(problems(R"(,"data_base64":"")"),
            Texts{R"(["body","data_base64"] field required (value_error.missing))"});
  EXPECT_EQ(problems(R"(,"data_base64":"e30=","data":{})"),
            Texts{R"(["body","data_base64"] data and data_base64 exclude each other (value_error))"});
  EXPECT_TRUE(problems(R"(,"data_base64":"e30y")")[0].starts_with(R"(["body","data_base64",2] Extra data)"));
  EXPECT_EQ(problems(R"(,"data_base64":"e30=")").front(),
            R"(["body","data_base64","event_type_id"] field required (value_error.missing))");
}

TEST(CloudEvents, NamesEveryProblemAtOnceInTheSpecificationsOrder) {
  EXPECT_EQ(problems_of(decode("{}")),
            (Texts{R"(["body","id"] field required (value_error.missing))",
                   R"(["body","source"] field required (value_error.missing))",
                   R"(["body","specversion"] field required (value_error.missing))",
                   R"(["body","type"] field required (value_error.missing))",
                   R"(["body","data"] field required (value_error.missing))"}));
  EXPECT_EQ(
      problems_of(
          decode(R"({"id":"","source":7,"specversion":"0.3","type":null,"time":"noon","data":{)"
                 R"("event_type_id":1,"record_id":-2,"source_id":3,"source_type_id":4,"event_data":0}})")),
      (Texts{
          R"(["body","id"] )" + empty_text, R"(["body","source"] str type expected (type_error.str))",
          R"(["body","specversion"] value is not a valid enumeration member; permitted: '1.0' (type_error.enum))",
          R"(["body","type"] field required (value_error.missing))",
          R"(["body","time"] invalid datetime format (value_error.datetime))",
          R"(["body","data","record_id"] )" + too_small}));
  EXPECT_EQ(problems_of(decode(envelope("null"))),
            Texts{R"(["body","data"] none is not an allowed value (type_error.none.not_allowed))"});
  EXPECT_EQ(problems_of(decode(envelope("\"x\""))),
            Texts{R"(["body","data"] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problems_of(decode("[]")), Texts{R"(["body"] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problems_of(decode("")), Texts{R"(["body"] field required (value_error.missing))"});
}

TEST(CloudEvents, DecodesABatchInOrder) {
  const auto items = items_of(
      decode_cloud_events_batch,
      fmt::format("[{},{{}},null,{}]", envelope(event_json("\"first\"")), envelope(event_json("\"last\""))));
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(event_of(items[0]).event_data, "\"first\"");
  EXPECT_EQ(problems_of(items[1]).front(), R"(["body",1,"id"] field required (value_error.missing))");
  EXPECT_EQ(problems_of(items[2]),
            Texts{R"(["body",2] none is not an allowed value (type_error.none.not_allowed))"});
  EXPECT_EQ(event_of(items[3]).event_data, "\"last\"");
  EXPECT_TRUE(items_of(decode_cloud_events_batch, "[]").empty());
  EXPECT_EQ(problems_thrown_by([] { items_of(decode_cloud_events_batch, "{}"); }),
            Texts{R"(["body"] value is not a valid list (type_error.list))"});
}

TEST(CloudEvents, ReadsTheHeadersOfBinaryMode) {
  const Event event = event_of(decode_binary_cloud_event({{"ce-specversion", "1.0"},
                                                          {"content-type", "application/json"},
                                                          {"ce-id", "00010203-0405-0607-0809-0a0b0c0d0e0f"},
                                                          {"ce-source", "/crm"},
                                                          {"ce-type", "t"},
                                                          {"ce-time", "2022-11-10T10:26:12Z"},
                                                          {"ce-subject", "Euro%20%E2%82%AC%20%F0%9F%98%80"},
                                                          {"ce-quoted", R"("say \"hi\" %41")"},
                                                          {"ce-stray", "100% of it"}},
                                                         kBareEvent, kNow));
  EXPECT_EQ(format_time(event.event_time), "2022-11-10T10:26:12.000Z");
  EXPECT_EQ(event.event_data, "[1.0]");
  EXPECT_EQ(
      event.other_fields,
      R"({"extra":5,"cloudevent":{"specversion":"1.0","datacontenttype":"application/json",)"
      R"("id":"00010203-0405-0607-0809-0a0b0c0d0e0f","source":"/crm","type":"t","time":"2022-11-10T10:26:12Z","subject":"Euro € 😀",)"
      R"("quoted":"say \"hi\" A","stray":"100% of it"}})");
}

TEST(CloudEvents, AnAttributeMayBeGivenOnce) {
  const std::string twice = "field given more than once (value_error.repeated)";
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const auto in_headers = [](const Headers& more) {
    Headers headers{{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "s"}, {"ce-type", "t"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return problems_of(decode_binary_cloud_event(headers, kBareEvent, kNow));
  };
  EXPECT_EQ(in_headers({{"ce-id", "2"}}), Texts{R"(["header","ce-id"] )" + twice});
  EXPECT_EQ(in_headers({{"ce-my", "1"}, {"ce-my", "1"}}), Texts{R"(["header","ce-my"] )" + twice});
  EXPECT_EQ(in_headers({{"content-type", "application/json"}, {"ce-datacontenttype", "text/xml"}}),
            Texts{R"(["header","ce-datacontenttype"] )" + twice});
  EXPECT_EQ(problems_of(decode(envelope(kBareEvent, R"(,"\u0069d":"2","source":"/other")"))),
            (Texts{R"(["body","id"] )" + twice, R"(["body","source"] )" + twice}));
  EXPECT_EQ(problems_of(decode(envelope(kBareEvent, R"(,"specversion":"1.0","type":"t")"))),
            (Texts{R"(["body","specversion"] )" + twice, R"(["body","type"] )" + twice}));
}

TEST(CloudEvents, ProblemsOfBinaryModeAreToldOfHeaderOrBody) {
  EXPECT_EQ(
      problems_of(decode_binary_cloud_event(
          {{"ce-specversion", "2.0"}, {"ce-id", ""}, {"ce-source", "/crm"}},
          R"({"event_type_id":1,"record_id":2,"source_id":3,"event_data":1})", kNow)),
      (Texts{R"(["header","ce-id"] )" + empty_text,
             R"(["header","ce-specversion"] value is not a valid enumeration member; permitted: '1.0' )" +
                 std::string("(type_error.enum)"),
             R"(["header","ce-type"] field required (value_error.missing))",
             R"(["body","source_type_id"] field required (value_error.missing))"}));
  const Decoded no_body = decode_binary_cloud_event(
      {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "s"}, {"ce-type", "t"}}, "", kNow);
  EXPECT_EQ(problems_of(no_body), Texts{R"(["body"] field required (value_error.missing))"});
  EXPECT_EQ(problems_of(decode_binary_cloud_event({{"ce-x", "%FF"}}, "{}", kNow)),
            Texts{R"(["header","ce-x"] str type expected (type_error.str))"});
}

}  // namespace
}  // namespace annals::envelopes
