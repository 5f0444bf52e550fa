#pragma once

#include <cstdint>

namespace annals::access {

/// Names what a route lets its caller do. Every route has one, and Authenticator decides by it who may call.
enum class Permission : std::uint8_t {
  anyone,             // needs no credentials: health
  manage_tenants,     // make, list and delete tenants; needs a platform key
  deliver_envelopes,  // write events to the tenant that an envelope names; needs a platform key
  write_events,  // write events of one tenant; needs a platform key or the tenant's own secret, as do the
                 // next
  read_history,  // read events and attached files of one tenant
  attach_files,  // upload files for one tenant
};

}  // namespace annals::access
