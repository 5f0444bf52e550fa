#include "upkeep/sweep.h"

#include <utility>

namespace annals::upkeep {

namespace {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): both outlive the round
boost::asio::awaitable<void> recover(tenants::Lifecycle& lifecycle, tenants::Reconciliation& reconciliation,
                                     std::chrono::milliseconds abandoned_after) {
  co_await lifecycle.recover(abandoned_after);
  co_await reconciliation.run();
}

}  // namespace

Round recovery_round(tenants::Lifecycle& lifecycle, tenants::Reconciliation& reconciliation,
                     SweepTimes times) {
  return {.name = "recovery of half-done tenants",
          .interval = times.interval,
          .run =
              [&lifecycle, &reconciliation, times, first = true](const std::stop_token& /*stop*/) mutable {
                return recover(
                    lifecycle, reconciliation,
                    std::exchange(first, false) ? times.abandoned_at_start : times.abandoned_after);
              },
          .before_serving = true};
}

Round late_uploads_round(files::LateUploadRemoval& removal, std::chrono::milliseconds interval) {
  return {.name = "removal of late uploads", .interval = interval, .run = [&removal](std::stop_token stop) {
            return removal.run(std::move(stop));
          }};
}

}  // namespace annals::upkeep
