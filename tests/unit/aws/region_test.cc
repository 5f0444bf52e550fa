#include "aws/region.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/machine/aws_environment.h"
#include "support/machine/temporary_directory.h"

namespace annals::aws {
namespace {

TEST(Region, AVariableWinsOverTheProfile) {
  const support::TemporaryDirectory home;
  std::ofstream(home.path() / "config") << "[default]\nregion = eu-west-3\n";
  support::AwsEnvironment environment;
  EXPECT_FALSE(find_region(environment.get()));

  environment["AWS_CONFIG_FILE"] = (home.path() / "config").string();
  environment["AWS_SHARED_CREDENTIALS_FILE"] = (home.path() / "config").string();
  EXPECT_EQ(find_region(environment.get()).value().name, "eu-west-3");

  environment["AWS_DEFAULT_REGION"] = "eu-west-2";
  EXPECT_EQ(find_region(environment.get()).value().name, "eu-west-2");

  environment["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(find_region(environment.get()).value().name, "eu-west-1");
  EXPECT_EQ(find_region(environment.get()).value().found_in, "AWS_REGION");
}

TEST(Region, WhatIsNoRegionIsAMistakeAndAProfileThatIsNotThereHasNone) {
  support::AwsEnvironment environment;
  environment["AWS_PROFILE"] = "gone";
  EXPECT_FALSE(find_region(environment.get()));

  environment["AWS_REGION"] = "evil.example/";
  EXPECT_EQ(support::complaint_of([&] { return find_region(environment.get()); }),
            "AWS_REGION is not the name of a region, such as eu-west-2; correct it, or set files.s3_region");
}

}  // namespace
}  // namespace annals::aws
