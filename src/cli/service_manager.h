#pragma once

#include <string_view>

namespace annals::cli {

/// Tells the service manager that has started this process of a change, such as `READY=1` or `STOPPING=1`
/// (sd_notify(3)). Does nothing if there is none; a failure is logged, because a service that cannot say that
/// it is ready is ready all the same.
void tell_service_manager(std::string_view change);

}  // namespace annals::cli
