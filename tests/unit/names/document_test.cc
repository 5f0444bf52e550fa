#include "names/document.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "input/problems.h"

namespace annals::names {
namespace {

std::string after(std::string_view document, std::string_view patch) {
  return patched(document, boost::json::parse(patch).as_object());
}

boost::json::object many(std::size_t count, const std::string& name) {
  boost::json::object names;
  for (std::size_t id = 0; id < count; ++id) names[fmt::format("{}", id)] = name;
  return {{"event_types", std::move(names)}};
}

TEST(NamesDocument, APatchSetsNamesAndLeavesTheOthers) {
  const std::string first = after("", R"({"event_types":{"1":"Created"},"sources":{"1":{"3":"Ann"}}})");
  EXPECT_EQ(after(first, R"({"event_types":{"2":"Approved"},"sources":{"1":{"4":"Bob"},"2":{"3":"Robot"}}})"),
            R"({"event_types":{"1":"Created","2":"Approved"},)"
            R"("sources":{"1":{"3":"Ann","4":"Bob"},"2":{"3":"Robot"}}})");
}

TEST(NamesDocument, NullRemovesANameAllOfATypeAndAllOfAKind) {
  const std::string_view all =
      R"({"event_types":{"1":"a","2":"b"},"source_types":{"1":"c"},"sources":{"1":{"3":"d"},"2":{"3":"e"}}})";
  EXPECT_EQ(after(all, R"({"event_types":{"1":null},"source_types":null,"sources":{"1":null}})"),
            R"({"event_types":{"2":"b"},"sources":{"2":{"3":"e"}}})");
  EXPECT_EQ(after(all, R"({"event_types":{"1":null,"2":null},"source_types":null,"sources":null})"), "");
}

TEST(NamesDocument, RemovingWhatIsNotThereChangesNothing) {
  EXPECT_EQ(after("", R"({"event_types":{"1":null},"sources":{"1":{"2":null},"3":null}})"), "");
  EXPECT_EQ(after(R"({"event_types":{"1":"a"}})", R"({"source_types":null})"),
            R"({"event_types":{"1":"a"}})");
}

TEST(NamesDocument, APatchThatIsAppliedAgainChangesNothing) {
  constexpr std::string_view kPatch = R"({"event_types":{"1":"a","2":null},"sources":{"1":{"3":"d"}}})";
  const std::string once = after(R"({"event_types":{"2":"b"}})", kPatch);
  EXPECT_EQ(after(once, kPatch), once);
}

TEST(NamesDocument, MoreNamesThanThereMayBeAreRefused) {
  EXPECT_NO_THROW(patched("", many(kMaxNames, "x")));
  EXPECT_THROW(patched("", many(kMaxNames + 1, "x")), input::InvalidInput);
  const std::string full = patched("", many(kMaxNames, "x"));
  EXPECT_THROW(after(full, R"({"sources":{"1":{"2":"one more"}}})"), input::InvalidInput);
  EXPECT_NO_THROW(after(full, R"({"sources":{"1":{"2":"another"}},"event_types":{"7":null}})"));
}

TEST(NamesDocument, LongerNamesThanThereMayBeAreRefused) {
  EXPECT_THROW(patched("", many(3000, std::string(255, 'x'))), input::InvalidInput);
}

TEST(NamesDocument, TemplatesArePatchedAndCountedLikeNames) {
  const std::string first = after("", R"({"event_types":{"1":"a"},"event_templates":{"1":"{a}","2":"b"}})");
  EXPECT_EQ(after(first, R"({"event_templates":{"2":null,"3":"c"}})"),
            R"({"event_types":{"1":"a"},"event_templates":{"1":"{a}","3":"c"}})");
  EXPECT_EQ(after(first, R"({"event_templates":null})"), R"({"event_types":{"1":"a"}})");
  const std::string full = patched("", many(kMaxNames, "x"));
  EXPECT_THROW(after(full, R"({"event_templates":{"1":"one more"}})"), input::InvalidInput);
}

TEST(NamesDocument, IsShownWithAllItsMembers) {
  EXPECT_EQ(shown(""), R"({"event_types":{},"source_types":{},"sources":{},"event_templates":{}})");
  EXPECT_EQ(shown(R"({"sources":{"1":{"3":"Ann"}}})"),
            R"({"event_types":{},"source_types":{},"sources":{"1":{"3":"Ann"}},"event_templates":{}})");
}

}  // namespace
}  // namespace annals::names
