#include "backup/progress.h"

#include "backup/errors.h"

namespace annals::backup {

Watch Watch::quiet() const {
  return {.report = [](const std::function<void(Progress&)>& /*change*/) {}, .stop = stop};
}

void Watch::check() const {
  if (stop.stop_requested()) throw service_stops();
}

}  // namespace annals::backup
