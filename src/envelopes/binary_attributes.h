#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/object_fields.h"

namespace annals::envelopes {

/// How the headers begin that hold the attributes of a CloudEvent in binary mode.
inline constexpr std::string_view kAttributePrefix = "ce-";

/// The attributes that the headers hold (names in lower case), as a JSON object of strings: what the JSON
/// format would have. Quotes and percent-encoding are resolved as the HTTP binding, section 3.1.3.2, has it;
/// of a repeated header the last counts. A value that is not UTF-8 is noted.
std::string attributes_of(const std::vector<std::pair<std::string, std::string>>& headers,
                          input::Problems& problems);

}  // namespace annals::envelopes
