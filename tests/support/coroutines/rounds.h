#pragma once

#include <cstdlib>
#include <exception>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace annals::support {

/// Tries a world for each of 10,000 seeds, or as many as ANNALS_RANDOM_ROUNDS says, from a random one or from
/// ANNALS_RANDOM_SEED on. `try_world` gets a seed and returns what is wrong, "" if nothing is.
template <class TryWorld>
void for_each_seed(TryWorld try_world) {
  const auto number = [](const char* name, unsigned fallback) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
    return text == nullptr ? fallback : static_cast<unsigned>(std::stoul(text));
  };
  constexpr unsigned kRounds = 10'000;
  const unsigned rounds = number("ANNALS_RANDOM_ROUNDS", kRounds);
  const unsigned first = number("ANNALS_RANDOM_SEED", std::random_device{}());
  for (unsigned round = 0; round < rounds; ++round) {
    std::string fault;
    try {
      fault = try_world(first + round);
    } catch (const std::exception& error) {
      fault = error.what();
    }
    ASSERT_EQ(fault, "") << "to see it again: ANNALS_RANDOM_ROUNDS=1 ANNALS_RANDOM_SEED=" << first + round;
  }
}

}  // namespace annals::support
