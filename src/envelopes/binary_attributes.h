#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/object_fields.h"

namespace annals::envelopes {

/// The prefix of the headers that hold the attributes of a CloudEvent in binary mode.
inline constexpr std::string_view kAttributePrefix = "ce-";

/// Returns the attributes in the headers (names in lower case) as a JSON object of strings, like that of the
/// JSON format. Content-Type is the attribute `datacontenttype`, as it was sent (section 3.1.1 of the HTTP
/// binding). In the others quotes and percent-encoding are resolved (section 3.1.3.2). Adds a problem for
/// each attribute that is given twice, and for each value that is not UTF-8.
std::string attributes_of(const std::vector<std::pair<std::string, std::string>>& headers,
                          input::Problems& problems);

}  // namespace annals::envelopes
