#include "envelopes/event_bridge.h"

#include <gtest/gtest.h>
#include <boost/uuid/uuid_io.hpp>

#include "unit/envelopes/decoding.h"

namespace annals::envelopes {
namespace {

using text::format_time;
using Texts = std::vector<std::string>;

Texts problems(std::string_view json, std::string_view tenant_field = "source") {
  return problems_thrown_by([&] { decode_event_bridge(json, tenant_field); });
}

// AWS's own sample of an S3 event (EventBridge user guide), with an event of ours for its detail.
std::string aws_sample(std::string_view detail) {
  return fmt::format(R"({{
  "version": "0",
  "id": "17793124-05d4-b198-2fde-7ededc63b103",
  "detail-type": "Object Created",
  "source": "aws.s3",
  "account": "111122223333",
  "time": "2021-11-12T00:00:00Z",
  "region": "ca-central-1",
  "resources": [
    "arn:aws:s3:::DOC-EXAMPLE-BUCKET1"
  ],
  "replay-name": "replay_archive",
  "trace-header": "Root=1-67891233-abcdef012345678912345678",
  "detail": {}
}})",
                     detail);
}

TEST(EventBridge, TakesAwsOwnEnvelopes) {
  const Enveloped enveloped = decode_event_bridge(aws_sample(event_json("{ \"bucket\": 1.0 }")), "source");
  EXPECT_EQ(enveloped.tenant, "aws.s3");
  EXPECT_EQ(enveloped.event.event_id.text(), kId);
  EXPECT_EQ(format_time(enveloped.event.event_time), kTime);
  EXPECT_EQ(enveloped.event.event_data, "{ \"bucket\": 1.0 }");
  EXPECT_EQ(enveloped.event.other_fields, "") << "the envelope is not the event's";
}

TEST(EventBridge, ADetailOfAwsOwnIsNoEvent) {
  // AWS's sample of an EC2 event: the detail of another service.
  const std::string detail = R"({"instance-id": " i-1234567890abcdef0", "state": "terminated"})";
  EXPECT_EQ(problems(aws_sample(detail)).front(),
            R"(["body","detail","event_id"] field required (value_error.missing))");
  EXPECT_EQ(problems(aws_sample(detail)).size(), 7U);
}

TEST(EventBridge, TheTenantIsWhereTheSettingSays) {
  const std::string json = aws_sample(event_json("1", R"(,"tenant":"alx_demo","a.b":"dotted")"));
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"source", "aws.s3"},          {"account", "111122223333"}, {"detail-type", "Object Created"},
      {"detail.tenant", "alx_demo"}, {"detail.a.b", "dotted"},    {"detail.event_id", kId}};
  for (const auto& [field, tenant] : cases)
    EXPECT_EQ(decode_event_bridge(json, field).tenant, tenant) << field;
  EXPECT_EQ(decode_event_bridge(json, "detail.tenant").event.other_fields,
            R"({"tenant":"alx_demo","a.b":"dotted"})");
}

TEST(EventBridge, OnlySourceDetailAndTheTenantAreRequired) {
  const std::string json =
      fmt::format(R"({{"detail":{},"source":"s","account":7,"time":"?"}})", event_json());
  EXPECT_EQ(decode_event_bridge(json, "source").tenant, "s");
  EXPECT_EQ(problems(json, "account"), Texts{R"(["body","account"] str type expected (type_error.str))"});
  EXPECT_EQ(problems(json, "detail-type"),
            Texts{R"(["body","detail-type"] field required (value_error.missing))"});
  EXPECT_EQ(problems(json, "detail.tenant"),
            Texts{R"(["body","detail","tenant"] field required (value_error.missing))"});
  EXPECT_EQ(problems(json, "detail.record_id"),
            Texts{R"(["body","detail","record_id"] str type expected (type_error.str))"});
}

TEST(EventBridge, WhatNamesTheTenantMayOccurOnce) {
  const std::string twice = "field given more than once (value_error.repeated)";
  const std::string json =
      fmt::format(R"({{"source":"a","account":"x","detail":{},"s\u006furce":"b","account":"y"}})",
                  event_json("1", R"(,"tenant":"a","other":1,"tenant":"a","other":2)"));
  EXPECT_EQ(problems(json), Texts{R"(["body","source"] )" + twice});
  EXPECT_EQ(problems(json, "account"), Texts{R"(["body","account"] )" + twice});
  EXPECT_EQ(problems(json, "detail.tenant"), Texts{R"(["body","detail","tenant"] )" + twice});
  EXPECT_EQ(decode_event_bridge(json, "detail.event_id").tenant, kId) << "of other keys the last counts";
  const std::string two_details =
      fmt::format(R"({{"source":"a","detail":{0},"detail":{0}}})", event_json("1", R"(,"tenant":"a")"));
  EXPECT_EQ(problems(two_details, "detail.tenant"), Texts{R"(["body","detail"] )" + twice});
  EXPECT_EQ(decode_event_bridge(two_details, "source").tenant, "a");
}

TEST(EventBridge, NamesEveryProblemAtOnceInFieldOrder) {
  EXPECT_EQ(problems("{}", "account"), (Texts{R"(["body","source"] field required (value_error.missing))",
                                              R"(["body","account"] field required (value_error.missing))",
                                              R"(["body","detail"] field required (value_error.missing))"}));
  EXPECT_EQ(problems(R"({"detail":null,"source":null,"detail-type":[]})", "detail-type"),
            (Texts{R"(["body","detail-type"] str type expected (type_error.str))",
                   R"(["body","source"] none is not an allowed value (type_error.none.not_allowed))",
                   R"(["body","detail"] none is not an allowed value (type_error.none.not_allowed))"}));
  EXPECT_EQ(
      problems(fmt::format(R"({{"source":7,"detail":{}}})", event_json("1", R"(,"record_id":-1,"tenant":1)")),
               "detail.tenant"),
      (Texts{R"(["body","source"] str type expected (type_error.str))",
             R"(["body","detail","record_id"] )" + too_small,
             R"(["body","detail","tenant"] str type expected (type_error.str))"}));
}

TEST(EventBridge, ADetailWithoutIdOrTimeIsIncomplete) {
  EXPECT_EQ(
      problems(R"({"source":"s","detail":{"event_type_id":1,"record_id":2,"source_id":3,"source_type_id":4,)"
               R"("event_data":1}})"),
      (Texts{R"(["body","detail","event_id"] field required (value_error.missing))",
             R"(["body","detail","event_time"] field required (value_error.missing))"}));
}

TEST(EventBridge, RefusesWhatIsNoEnvelope) {
  EXPECT_EQ(problems(""), Texts{R"(["body"] field required (value_error.missing))"});
  EXPECT_EQ(problems("null"), Texts{R"(["body"] field required (value_error.missing))"});
  EXPECT_EQ(problems("[]"), Texts{R"(["body"] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problems(R"({"source":"s","detail":[]})"),
            Texts{R"(["body","detail"] value is not a valid dict (type_error.dict))"});
  EXPECT_EQ(problems(R"({"source":"s","detail":"x"})", "detail.x"),
            Texts{R"(["body","detail"] value is not a valid dict (type_error.dict))"});
  EXPECT_TRUE(problems("{\"source\":")[0].contains("value_error.jsondecode"));
}

}  // namespace
}  // namespace annals::envelopes
