#include "aws/profiles.h"

#include <gtest/gtest.h>

namespace annals::aws {
namespace {

std::string value_in(std::string_view text, std::string_view profile, std::string_view setting,
                     ProfileFile kind = ProfileFile::credentials) {
  const Profiles profiles = parse_profiles(text, kind);
  const auto found = profiles.find(profile);
  if (found == profiles.end()) return "no profile";
  const auto value = found->second.find(setting);
  return value == found->second.end() ? "no setting" : value->second;
}

TEST(Profiles, BlanksAroundNamesAndValuesAndEndsOfLinesOfWindowsDoNotCount) {
  constexpr std::string_view kText =
      "\xEF\xBB\xBF[ ops ]\r\n\taws_access_key_id=id\r\n\r\nRegion =  eu-west-2 \r\nb =\n";
  EXPECT_EQ(value_in(kText, "ops", "aws_access_key_id"), "id");
  EXPECT_EQ(value_in(kText, "ops", "region"), "eu-west-2");
  EXPECT_EQ(value_in(kText, "ops", "b"), "");
}

TEST(Profiles, ACommentIsAWholeLine) {
  constexpr std::string_view kText = "# a = 1\n[p] # comment\n; a = 2\n  # a = 3\nb = a=b # c\n#[q]\n";
  EXPECT_EQ(value_in(kText, "p", "a"), "no setting");
  EXPECT_EQ(value_in(kText, "p", "b"), "a=b # c");
  EXPECT_EQ(value_in(kText, "q", "b"), "no profile");
}

TEST(Profiles, ASectionThatStandsThereTwiceIsOneAndItsLaterSettingsWin) {
  constexpr std::string_view kText = "[p]\na = 1\nb = 2\n[q]\na = 3\n[p]\na = 4\na = 5\n";
  EXPECT_EQ(value_in(kText, "p", "a"), "5");
  EXPECT_EQ(value_in(kText, "p", "b"), "2");
  EXPECT_EQ(value_in(kText, "q", "a"), "3");
}

TEST(Profiles, WhatIsIndentedBelowASettingBelongsToItsValue) {
  constexpr std::string_view kText = "[p]\ns3 =\n    region = nested\n  max = 1\nregion = own\n";
  EXPECT_EQ(value_in(kText, "p", "region"), "own");
  EXPECT_EQ(value_in(kText, "p", "max"), "no setting");
}

TEST(Profiles, LinesThatAreNoneOfItArePassedOver) {
  constexpr std::string_view kText = "a = before\n[open\nb = 1\n[p]\nnothing\n= x\n[]\nc = 2";
  EXPECT_EQ(value_in(kText, "p", "a"), "no setting");
  EXPECT_EQ(value_in(kText, "p", "b"), "no setting");
  EXPECT_EQ(value_in(kText, "p", "c"), "no setting");
  EXPECT_TRUE(parse_profiles("", ProfileFile::config).empty());
}

TEST(Profiles, TheConfigurationFileCallsThemProfiles) {
  constexpr std::string_view kText =
      "[profile ops]\na = 1\n[ops]\na = 2\n[profile \"two words\"]\na = 3\n[sso-session x]\na = 4\n"
      "[profiles]\na = 5\n[default]\na = 6\n";
  EXPECT_EQ(value_in(kText, "ops", "a", ProfileFile::config), "1");
  EXPECT_EQ(value_in(kText, "two words", "a", ProfileFile::config), "3");
  EXPECT_EQ(value_in(kText, "x", "a", ProfileFile::config), "no profile");
  EXPECT_EQ(value_in(kText, "s", "a", ProfileFile::config), "no profile");
  EXPECT_EQ(value_in(kText, "default", "a", ProfileFile::config), "6");
  EXPECT_EQ(value_in("[profile default]\na = 1\n[default]\na = 2\n", "default", "a", ProfileFile::config),
            "1");
}

}  // namespace
}  // namespace annals::aws
