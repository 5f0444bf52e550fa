#include "http/traffic.h"

#include <algorithm>

namespace annals::http {

Traffic::Traffic(const Router& router) {
  counters_.emplace_back(kNoRoute, kOtherMethod);
  for (const Route* route : router.routes()) {
    Place place{.own = counters_.size()};
    counters_.emplace_back(route->path, route->method);
    if (route->method == "GET") {
      place.of_head = counters_.size();
      counters_.emplace_back(route->path, "HEAD");
    }
    places_.emplace(route, place);
  }
}

void Traffic::count(const Exchanged& exchanged) noexcept {
  const auto place = places_.find(exchanged.route);
  std::size_t at = 0;
  if (place != places_.end()) at = exchanged.is_head ? place->second.of_head : place->second.own;
  Counters& counters = counters_[at];
  const auto status = std::ranges::find(kStatuses, exchanged.status);
  const auto last = kStatuses.size() - 1;
  const auto index = std::min(static_cast<std::size_t>(status - kStatuses.begin()), last);
  counters.by_status[index].observe(exchanged.taken);
  counters.received.fetch_add(exchanged.received, std::memory_order_relaxed);
  counters.sent.fetch_add(exchanged.sent, std::memory_order_relaxed);
}

Traffic::Snapshot Traffic::snapshot() const {
  Snapshot result;
  result.in_flight = in_flight_;
  result.aborted = aborted_;
  result.refused_connections = refused_;
  result.failed_handshakes = handshakes_;
  for (const Counters& counters : counters_) {
    bool has_any = false;
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
      auto taken = counters.by_status[i].snapshot();
      if (taken.count() == 0) continue;
      has_any = true;
      result.requests.push_back(
          {.route = counters.route, .method = counters.method, .status = kStatuses[i], .taken = taken});
    }
    if (!has_any) continue;
    result.bytes.push_back({.route = counters.route,
                            .method = counters.method,
                            .received = counters.received,
                            .sent = counters.sent});
  }
  return result;
}

}  // namespace annals::http
