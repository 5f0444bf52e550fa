#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "error.h"
#include "history/open_streams.h"

namespace annals::history {
namespace {

ErrorCode code_of_open(OpenStreams& streams, const ClientId& owner) {
  try {
    streams.open(owner);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;  // it was opened, and closed at once
}

TEST(OpenStreams, GiveAClientItsPartAndKeepTheLastPlacesForThoseWhoHaveNone) {
  OpenStreams streams({.total = 4, .of_one = 2, .reserved = 1});
  const ClientId one = ClientId::random();
  const ClientId two = ClientId::random();
  const ClientId three = ClientId::random();
  std::vector<std::unique_ptr<OpenStreams::Place>> open;
  open.push_back(streams.open(one));
  open.push_back(streams.open(one));
  EXPECT_EQ(code_of_open(streams, one), ErrorCode::over_quota);
  open.push_back(streams.open(two));
  EXPECT_EQ(code_of_open(streams, two), ErrorCode::over_quota)
      << "the last place is not for those who have one";
  open.push_back(streams.open(three));
  EXPECT_EQ(code_of_open(streams, ClientId::random()), ErrorCode::overloaded);
  open.clear();
  EXPECT_TRUE(streams.owners().empty());
  open.push_back(streams.open(one));
}

TEST(OpenStreams, CutTheStreamsOfOneClientOnly) {
  OpenStreams streams({.total = 9, .of_one = 9, .reserved = 0});
  const ClientId one = ClientId::random();
  const ClientId two = ClientId::random();
  int cut_of_one = 0;
  int cut_of_two = 0;
  const auto first = streams.open(one);
  first->when_cut([&] { ++cut_of_one; });
  const auto other = streams.open(two);
  other->when_cut([&] { ++cut_of_two; });
  const auto not_begun = streams.open(one);
  streams.cut(one);
  EXPECT_EQ(cut_of_one, 1);
  not_begun->when_cut([&] { ++cut_of_one; });
  EXPECT_EQ(cut_of_one, 2) << "a stream that was cut before it began is cut when it begins";
  EXPECT_EQ(cut_of_two, 0);
}

}  // namespace
}  // namespace annals::history
