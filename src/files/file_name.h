#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace annals::files {

/// The greatest length of a file's name in bytes: that of the usual file systems.
inline constexpr std::size_t kMaxNameBytes = 255;

/// A file's name has no part of a path, no control and no sign that turns the direction of text around, with
/// which `exe.pdf` could be shown for `fdp.exe`.
inline constexpr std::string_view kNamePattern =
    R"(^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f/\\\u2028-\u202e\u2066-\u2069]+$)";

/// Returns whether well-formed text matches kNamePattern.
bool is_file_name(std::string_view name);

/// Returns the Content-Disposition of a download with that name, which matches kNamePattern (RFC 6266; names
/// that are not plain also by RFC 8187). It is printable ASCII without two blanks in a row.
std::string disposition_of(std::string_view name);

/// A media type with its parameters as RFC 9110 writes them.
inline constexpr std::string_view kMediaTypePattern =
    R"(^[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+( ?; ?[\w!#$%&'*+.^`|~-]+=([\w!#$%&'*+.^`|~-]+|"[ !#-\[\]-~]*"))*$)";

inline constexpr std::size_t kMaxTypeLength = 255;  // characters

/// Returns whether the text matches kMediaTypePattern.
bool is_media_type(std::string_view text);

}  // namespace annals::files
