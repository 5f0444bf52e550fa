#include "backup/progress.h"

#include "backup/errors.h"

namespace annals::backup {

void Watch::check() const {
  if (stop.stop_requested()) throw service_stops();
}

}  // namespace annals::backup
