#include "upkeep/sweep.h"

#include <utility>

namespace annals::upkeep {

Round recovery_round(tenants::Lifecycle& lifecycle, SweepTimes times) {
  return {.name = "recovery of half-done tenants",
          .interval = times.interval,
          .run =
              [&lifecycle, times, first = true](const std::stop_token& /*stop*/) mutable {
                return lifecycle.recover(std::exchange(first, false) ? times.abandoned_at_start
                                                                     : times.abandoned_after);
              },
          .before_serving = true};
}

Round late_uploads_round(files::LateUploadRemoval& removal, std::chrono::milliseconds interval) {
  return {.name = "removal of late uploads", .interval = interval, .run = [&removal](std::stop_token stop) {
            return removal.run(std::move(stop));
          }};
}

}  // namespace annals::upkeep
