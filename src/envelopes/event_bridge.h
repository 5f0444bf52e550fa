#pragma once

#include <string>
#include <string_view>

#include "events/event.h"

namespace annals::envelopes {

/// Which tenant an envelope is for, and its event.
struct Enveloped {
  std::string tenant;  // a client id or the name of a database, unchecked
  events::Event event;
};

/// Decodes an EventBridge envelope. `tenant_field`: `source`, `account`, `detail-type` or `detail.<key>`;
/// that field, `source` and `detail` are required, nothing else of the envelope is looked at. The event must
/// be complete. Throws InvalidInput with all problems, in field order; a tenant's key in `detail` comes after
/// the event's.
Enveloped decode_event_bridge(std::string_view json, std::string_view tenant_field);

}  // namespace annals::envelopes
