#pragma once

#include <string>
#include <string_view>

namespace annals::http {

/// The status of an answer whose content the client has already.
inline constexpr int kNotModified = 304;

/// Returns whether the value of an If-None-Match header names the tag (with its quotes, and `W/` if weak): it
/// is a list of entity tags, compared weakly, or `*` (RFC 9110, section 13.1.2).
bool names_entity_tag(std::string_view list, const std::string& tag);

/// Does the same for If-Match, which compares strongly: a weak tag names nothing (section 13.1.1).
bool names_entity_tag_strongly(std::string_view list, const std::string& tag);

}  // namespace annals::http
