#include "engine/activity.h"

namespace annals::engine {

std::vector<Activity::Statements> StatementCounters::snapshot() const {
  std::vector<Activity::Statements> result;
  result.reserve(outcomes_.size());
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    result.push_back({.kind = kStatementKinds.at(i), .outcomes = outcomes_.at(i).snapshot()});
  }
  return result;
}

}  // namespace annals::engine
