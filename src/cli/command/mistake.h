#pragma once

#include <stdexcept>

namespace annals::cli {

/// Reports a mistake in the arguments that the parser cannot detect.
class Mistake : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace annals::cli
