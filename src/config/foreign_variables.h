#pragma once

#include <string_view>

namespace annals::config {

/// Returns whether Kubernetes has made a variable, for a Service whose name begins with `annals`: it gives
/// every container `<SERVICE>_SERVICE_HOST`, `<SERVICE>_SERVICE_PORT…`, `<SERVICE>_PORT` (a URL) and
/// `<SERVICE>_PORT_<number>_<protocol>…` of each Service of its namespace.
bool is_of_kubernetes(std::string_view name, std::string_view value);

}  // namespace annals::config
