#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace annals::cli {

/// The outcome of the examination of one thing.
struct Finding {
  enum class Result : std::uint8_t {
    good,
    skipped,  // nobody knows, because something else has to be repaired first or is in use
    warning,  // it works, and seldom should stay so
    problem,  // Annals does not work so
  };
  std::string subject;
  Result result = Result::good;
  std::string text;
  std::string repair = {};  // empty: there is nothing to repair
};

using Findings = std::vector<Finding>;

}  // namespace annals::cli
