#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/environment.h"

namespace annals::support {

/// An environment that a test writes.
class AwsEnvironment {
 public:
  std::string& operator[](const std::string& name) { return variables_[name]; }
  void unset(const std::string& name) { variables_.erase(name); }
  void clear() { variables_.clear(); }

  /// Returns the environment as it is now.
  [[nodiscard]] aws::Environment get() const {
    return [variables = variables_](std::string_view name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
  }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

/// Returns the text of the CredentialsError that an action throws.
template <class Action>
std::string complaint_of(Action action) {
  try {
    (void)action();
  } catch (const aws::CredentialsError& error) {
    return error.what();
  }
  return "no CredentialsError";
}

}  // namespace annals::support
