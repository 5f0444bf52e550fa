#include "events/id_names.h"

#include <gtest/gtest.h>

#include "events/row.h"

namespace annals::events {
namespace {

NamesInForce in_force(std::string_view own, std::string_view platform) {
  return {.own = std::make_shared<const IdNames>(IdNames::parse(own)),
          .platform = std::make_shared<const IdNames>(IdNames::parse(platform))};
}

std::string names_of(const NamesInForce& names, const NamedIds& ids) {
  std::string text;
  append_names(text, names, ids);
  return text;
}

TEST(IdNames, AnEmptyDocumentNamesNothing) {
  EXPECT_EQ(names_of(in_force("", ""), {.event_type = "1", .source_type = "1", .source = "1"}),
            R"("names":{})");
}

TEST(IdNames, ATenantsOwnNameComesBeforeThePlatforms) {
  const auto names =
      in_force(R"({"event_types":{"1":"Opened"}})",
               R"({"event_types":{"1":"Created","2":"Approved"},"source_types":{"1":"User"}})");
  EXPECT_EQ(names_of(names, {.event_type = "1", .source_type = "1"}),
            R"("names":{"event_type":"Opened","source_type":"User"})");
  EXPECT_EQ(names_of(names, {.event_type = "2"}), R"("names":{"event_type":"Approved"})");
}

TEST(IdNames, ASourceIsNamedWithinItsType) {
  const auto names = in_force("", R"({"sources":{"1":{"3":"Ann"},"robot":{"3":"Build robot"}}})");
  EXPECT_EQ(names_of(names, {.source_type = "1", .source = "3"}), R"("names":{"source":"Ann"})");
  EXPECT_EQ(names_of(names, {.source_type = "robot", .source = "3"}), R"("names":{"source":"Build robot"})");
  EXPECT_EQ(names_of(names, {.source_type = "2", .source = "3"}), R"("names":{})");
  EXPECT_EQ(names_of(names, {.source = "3"}), R"("names":{})") << "of which type it is, is not known";
}

TEST(IdNames, AnIntegerAndATextOfItsDigitsAreTwoIds) {
  const auto names = in_force("", R"({"event_types":{"1":"Integer","\"1\"":"Text"}})");
  EXPECT_EQ(names_of(names, {.event_type = "1"}), R"("names":{"event_type":"Integer"})");
  EXPECT_EQ(names_of(names, {.event_type = R"("1")"}), R"("names":{"event_type":"Text"})");
}

TEST(IdNames, AnEventHasTheTemplateOfItsTypeAndAGroupHasNone) {
  const auto names =
      in_force(R"({"event_templates":{"1":"{source} opened it"}})",
               R"({"event_types":{"1":"Created"},"event_templates":{"1":"never","2":"{data.from}"}})");
  const auto of_event = [&names](const NamedIds& ids) {
    std::string text;
    append_names_of_event(text, names, ids);
    return text;
  };
  EXPECT_EQ(of_event({.event_type = "1"}),
            R"("names":{"event_type":"Created","template":"{source} opened it"})");
  EXPECT_EQ(of_event({.event_type = "2"}), R"("names":{"template":"{data.from}"})");
  EXPECT_EQ(of_event({.event_type = "3"}), R"("names":{})");
  EXPECT_EQ(names_of(names, {.event_type = "1"}), R"("names":{"event_type":"Created"})");
}

TEST(IdNames, TemplatesTakeMemoryToo) {
  const auto without = IdNames::parse(R"({"event_types":{"1":"a"}})");
  const auto with =
      IdNames::parse(R"({"event_types":{"1":"a"},"event_templates":{"1":"{source} was here"}})");
  EXPECT_GT(with.memory(), without.memory() + std::string_view("{source} was here").size());
}

TEST(IdNames, ANameIsWrittenAsJson) {
  const auto names = in_force("", R"({"event_types":{"1":"a \"b\" \\ \u65e5"}})");
  EXPECT_EQ(names_of(names, {.event_type = "1"}), "\"names\":{\"event_type\":\"a \\\"b\\\" \\\\ 日\"}");
}

TEST(IdNames, AnEventWithAFieldOfThatNameKeepsIt) {
  const auto names = in_force("", R"({"event_types":{"1":"Created"}})");
  RowView row;
  row.event_type_id = 1;
  row.event_data = "{}";
  for (const std::string_view kept :
       {R"({"names":[1]})", R"({"a":{},"names":null})", R"({"na\u006des":1})"}) {
    row.other_fields = kept;
    EXPECT_EQ(stored_event(row, NumberStyle::numbers, &names).json, stored_event(row).json) << kept;
  }
  for (const std::string_view kept : {"", R"({"a":{"names":1}})", R"({"a":"names"})", R"({"\\names":1})"}) {
    row.other_fields = kept;
    EXPECT_TRUE(stored_event(row, NumberStyle::numbers, &names)
                    .json.ends_with(R"("names":{"event_type":"Created"}})"))
        << kept;
  }
}

}  // namespace
}  // namespace annals::events
