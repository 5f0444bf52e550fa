#pragma once

#include "http/schema.h"

namespace annals::api::described {

// The schemas describe an event, wherever one occurs.

/// The types of the ids in events, filters and groups.
http::Schema record_id();
http::Schema source_id();
http::Schema event_type_id();
http::Schema source_type_id();

/// An event as it is sent, to the tenant itself or in an envelope.
http::Schema new_event();
http::Schema event_in_envelope();
/// An event as it is given out.
http::Schema event();

}  // namespace annals::api::described
