#pragma once

#include <memory>

#include "audit/record.h"
#include "audit/trail.h"
#include "http/body.h"

namespace annals::api {

/// Returns the body with its end put on record: the number of bytes that were taken from it, and whether they
/// were all. `trail` must outlive the body.
std::shared_ptr<http::BodyParts> audited_body(std::shared_ptr<http::BodyParts> body, audit::Trail& trail,
                                              audit::Record record);

}  // namespace annals::api
