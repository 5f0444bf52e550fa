#include "cli/import/sources/file_kind.h"

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

using namespace std::string_view_literals;

TEST(ForeignKind, IsNamedByTheFirstBytes) {
  const std::pair<std::string_view, std::string_view> kinds[] = {
      {"\x1F\x8B\x08\0"sv, "gzip"},        {"\x28\xB5\x2F\xFD\x04"sv, "zstd"},
      {"PAR1\x15\x04"sv, "Parquet"},       {"PK\x03\x04\x14"sv, "ZIP"},
      {"\xFF\xFE{\0"sv, "UTF-16"},         {"\xFE\xFF\0{"sv, "UTF-16"},
      {"{\0\"\0"sv, "UTF-16LE"},           {"\0{\0\""sv, "UTF-16BE"},
      {"\xFF\xFE\0\0{\0\0\0"sv, "UTF-32"}, {"SQLite format 3\0"sv, "SQLite"},
  };
  for (const auto& [beginning, name] : kinds) {
    EXPECT_TRUE(foreign_kind(beginning).value_or("nothing").contains(name)) << name;
  }
}

TEST(ForeignKind, IsNoneForText) {
  for (const std::string_view text :
       {"", "{", "{}", "{\"", "\xEF\xBB\xBF{", "[1", "record_id,", "PAR", "# note", "\n\n{"}) {
    EXPECT_EQ(foreign_kind(text), std::nullopt) << text;
  }
}

TEST(HintAboutFirstLine, NamesTheFormatThatItLooksLike) {
  EXPECT_TRUE(hint_about_first_line("[").contains("JSON array"));
  EXPECT_TRUE(hint_about_first_line(" [{\"record_id\":1},").contains("JSON array"));
  EXPECT_TRUE(hint_about_first_line("{\r").contains("several lines"));
  EXPECT_TRUE(hint_about_first_line("{\"event\": {").contains("several lines"));
  EXPECT_TRUE(hint_about_first_line("event_id,event_time\r").contains("CSV"));
  EXPECT_TRUE(hint_about_first_line("\"event_id\";\"event_time\"").contains("CSV"));
  EXPECT_TRUE(hint_about_first_line("<?xml version=\"1.0\"?>").contains("XML"));
}

TEST(HintAboutFirstLine, SaysNothingAboutAnEventWithAMistake) {
  for (const std::string_view line : {"{\"record_id\":\"x\"}", "{\"record_id\":1", "hello", "", "null"}) {
    EXPECT_EQ(hint_about_first_line(line), "") << line;
  }
}

}  // namespace
}  // namespace annals::cli
