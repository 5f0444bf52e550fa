#pragma once

#include <string>
#include <string_view>

namespace annals::files {

/// Returns the content type with which an uploaded file may be served from the API's own origin: its own if
/// no browser runs such content, otherwise `application/octet-stream`. Of the parameters only a charset is
/// kept.
std::string inert_content_type(std::string_view content_type);

/// Returns the Content-Disposition with which an uploaded file is served: an attachment under the name that
/// the uploader gave, if there is one.
std::string attachment_of(std::string_view content_disposition);

}  // namespace annals::files
