// The limits of uploads: their number, their bytes, their time.

#include <gtest/gtest.h>

#include <vector>

#include "error.h"
#include "files/local/upload_pace.h"
#include "files/local/upload_places.h"

namespace annals::files {
namespace {

using namespace std::chrono_literals;

template <class Action>
ErrorCode error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

TEST(UploadPlaces, OneTenantLeavesPlacesToTheOthers) {
  UploadPlaces places({.uploads = 3, .uploads_of_one = 2});
  const ClientId one = ClientId::random();
  const ClientId other = ClientId::random();
  auto first = places.take(one);
  const auto second = places.take(one);
  EXPECT_EQ(error_of([&] { places.take(one); }), ErrorCode::over_quota);

  const auto third = places.take(other);
  EXPECT_EQ(error_of([&] { places.take(other); }), ErrorCode::overloaded);

  first.reset();
  EXPECT_NE(places.take(one), nullptr) << "a place that was given back can be taken";
}

TEST(UploadPlaces, BytesAreCountedPerTenantUntilTheUploadEnds) {
  UploadPlaces places({.bytes_of_one = 100});
  const ClientId one = ClientId::random();
  auto first = places.take(one);
  const auto second = places.take(one);
  first->add(60);
  second->add(40);
  EXPECT_EQ(error_of([&] { second->add(1); }), ErrorCode::over_quota);
  places.take(ClientId::random())->add(100);

  first.reset();

  EXPECT_NO_THROW(second->add(60));
}

TEST(UploadPace, AnUploadThatBringsEnoughIsNotDisturbedUntilItsDeadline) {
  const UploadPace::Time begin{};
  UploadPace pace(begin, begin + 1h);
  for (auto now = begin; now < begin + 1h; now += 10s) pace.add(UploadPace::kLeastBytes / 5, now);

  EXPECT_EQ(error_of([&] { pace.add(1'000'000, begin + 1h); }), ErrorCode::request_too_slow);
}

TEST(UploadPace, ATrickleIsRefusedAfterAPeriod) {
  const UploadPace::Time begin{};
  UploadPace pace(begin, begin + 24h);
  for (auto now = begin; now < begin + UploadPace::kPeriod; now += 1s) pace.add(1, now);

  EXPECT_EQ(error_of([&] { pace.add(1, begin + UploadPace::kPeriod); }), ErrorCode::request_too_slow);
}

TEST(UploadPace, WhatCameBeforeAPeriodDoesNotCountInIt) {
  const UploadPace::Time begin{};
  UploadPace pace(begin, begin + 24h);
  pace.add(100 * UploadPace::kLeastBytes, begin + UploadPace::kPeriod);

  EXPECT_EQ(error_of([&] { pace.add(1, begin + 2 * UploadPace::kPeriod); }), ErrorCode::request_too_slow);
}

}  // namespace
}  // namespace annals::files
