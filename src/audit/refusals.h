#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "audit/record.h"

namespace annals::audit {

/// A request that was refused for its credentials.
struct Refusal {
  Actor actor = {};  // as far as it is known
  std::string address = {};
  std::string request_id = {};
  std::string reason = {};                 // the words of the answer
  std::string operation = {};              // the route's name
  std::optional<ClientId> client_id = {};  // that the request names
};

/// Turns refusals into few records, however many there are: in each window of time one record for the first
/// refusal of an address, an actor and a reason, and one with the number of the others. Only some addresses
/// are told apart in a window; the refusals of all others are counted together. Not thread-safe.
class Refusals {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::chrono::milliseconds window{60'000};
    std::size_t kinds = 32;  // told apart in a window
  };

  explicit Refusals(Limits limits) : limits_(limits) {}

  /// Counts a refusal. Returns its record if it is the first one of its kind.
  std::optional<Record> add(const Refusal& refusal, Clock::time_point now);

  /// Returns the records with the numbers, if the window has ended.
  std::vector<Record> take_ended(Clock::time_point now);
  /// Returns them without waiting for its end.
  std::vector<Record> take_all();

 private:
  using Kind = std::tuple<std::string, std::string, std::string>;  // network, actor, reason
  struct Counted {
    Refusal last;
    std::uint64_t further = 0;  // those after the first one
  };

  const Limits limits_;
  std::optional<Clock::time_point> began_;  // of the window; nullopt: there is none
  std::map<Kind, Counted> kinds_;
  std::uint64_t others_ = 0;  // not told apart
};

}  // namespace annals::audit
