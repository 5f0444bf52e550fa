#include "ops/log.h"

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace annals::ops {
namespace {

class Log : public testing::Test {
 protected:
  void TearDown() override {
    set_log_level(Level::info);
    set_log_format(LogFormat::json);
  }
};

TEST_F(Log, WritesOneJsonLineWithTimeLevelMessageAndFieldsInOrder) {
  testing::internal::CaptureStderr();
  log(Level::warning, "engine slow", {{"request_id", "r-1"}, {"tenant", "t"}});
  const std::string line = testing::internal::GetCapturedStderr();

  ASSERT_EQ(line.find('\n'), line.size() - 1) << line;
  const boost::json::object object = boost::json::parse(line).as_object();
  std::vector<std::string> names;
  for (const auto& member : object) names.emplace_back(member.key());
  EXPECT_EQ(names, (std::vector<std::string>{"time", "level", "msg", "request_id", "tenant"}));
  EXPECT_EQ(object.at("level"), "warning");
  EXPECT_EQ(object.at("msg"), "engine slow");
  EXPECT_EQ(object.at("request_id"), "r-1");
  const std::string time(object.at("time").as_string());
  EXPECT_EQ(time.size(), std::string("2026-11-23T20:37:00.123Z").size()) << time;
  EXPECT_TRUE(time.ends_with('Z')) << time;
}

TEST_F(Log, NumbersAndBooleansStayWhatTheyAre) {
  testing::internal::CaptureStderr();
  log(Level::info, "m",
      {{"count", std::uint64_t{18'446'744'073'709'551'615U}},
       {"change", -3},
       {"seconds", 0.25},
       {"whole", 2.0},
       {"is_new", true},
       {"none", std::numeric_limits<double>::quiet_NaN()},
       {"text", "7"}});
  const std::string line = testing::internal::GetCapturedStderr();

  EXPECT_TRUE(line.contains(R"("count":18446744073709551615,"change":-3,"seconds":0.25,"whole":2)")) << line;
  EXPECT_TRUE(line.contains(R"("is_new":true,"none":null,"text":"7"})")) << line;
  const boost::json::object object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("change").as_int64(), -3);
}

TEST_F(Log, ALineOfTextHasTheSameAndCannotBeBrokenEither) {
  set_log_format(LogFormat::text);
  testing::internal::CaptureStderr();
  log(Level::warning, "two\nlines", {{"count", 3}, {"error", "a \"b\"\nc"}});
  const std::string line = testing::internal::GetCapturedStderr();

  ASSERT_EQ(line.find('\n'), line.size() - 1) << line;
  EXPECT_TRUE(line.contains(R"(Z warning two\nlines count=3 error="a \"b\"\nc")")) << line;
}

TEST_F(Log, EscapesWhatWouldBreakTheLineAndReplacesWhatIsNotUtf8) {
  testing::internal::CaptureStderr();
  log(Level::error, "a\"b\\c\nd\re\tf\x01g\x7Fh", {{"error", "grün \xFF\xC3 {} %v"}});
  const std::string line = testing::internal::GetCapturedStderr();

  ASSERT_EQ(line.find('\n'), line.size() - 1) << line;
  const boost::json::object object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("msg"), "a\"b\\c\nd\re\tf\x01g\x7Fh");
  EXPECT_EQ(object.at("error"), "grün \xEF\xBF\xBD\xEF\xBF\xBD {} %v");
}

TEST_F(Log, ShowsWhatCouldFoolItsReaderAsEscapes) {
  // C1 (CSI), bidi override and isolate, zero width, line separator, DEL, BOM, tag characters: as code
  // points.
  const std::string fooling =
      "a\xC2\x9B"
      "31m\xE2\x80\xAE"
      "b\xE2\x81\xA6\xE2\x80\x8B\xE2\x80\xA8\x7F\xEF\xBB\xBF\xF3\xA0\x80\xAE";
  testing::internal::CaptureStderr();
  log(Level::error, "m", {{"error", fooling}, {fooling, "x"}});
  const std::string line = testing::internal::GetCapturedStderr();

  EXPECT_NE(line.find(R"(a\u009b31m\u202eb\u2066\u200b\u2028\u007f\ufeff\udb40\udc2e)"), std::string::npos)
      << line;
  for (const char c : line)
    EXPECT_LT(static_cast<unsigned char>(c), 0x7F) << "expected ASCII only in " << line;
  EXPECT_EQ(boost::json::parse(line).at("error").as_string(), fooling) << "it can be read back";
}

TEST_F(Log, LeavesLettersOfEveryLanguageAsTheyAre) {
  const std::string text = "grün שלום مرحبا 日本語 हिन्दी 🙂";
  testing::internal::CaptureStderr();
  log(Level::error, text);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(text), std::string::npos);
}

TEST_F(Log, DampsLinesOfOneKindAndNotThoseOfAnother) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) {
    log_damped(Level::warning, "of a damped kind", {}, "one");
    log_damped(Level::warning, "of a damped kind", {}, "other");
    log(Level::warning, "never damped");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  const auto count = [&](std::string_view what) {
    int found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("of a damped kind"), 10);
  EXPECT_EQ(count("never damped"), 100);
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
  EXPECT_FALSE(log_enabled(Level::debug));
  set_log_level(Level::warning);
  EXPECT_FALSE(log_enabled(Level::info));
  EXPECT_TRUE(log_enabled(Level::warning));
  testing::internal::CaptureStderr();
  log(Level::info, "unseen");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Log, LinesOfSeveralThreadsDoNotMix) {
  testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([] {
        for (int n = 0; n < 100; ++n) log(Level::info, "line", {{"filler", std::string(200, 'x')}});
      });
    }
  }
  std::istringstream lines(testing::internal::GetCapturedStderr());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_NO_THROW(boost::json::parse(line)) << line;
  EXPECT_EQ(count, 400);
}

}  // namespace
}  // namespace annals::ops
