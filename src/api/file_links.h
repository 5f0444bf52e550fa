#pragma once

#include "files/local/links.h"
#include "http/message.h"

namespace annals::api {

/// The file that a link leads to, and what else the link says.
struct LinkedFile {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  files::TenantFile file;
  files::FileLinks::Terms terms;
};

/// Returns what the link of a request to `/files/{database}/{file_id}` says. Throws Error(invalid_link).
LinkedFile linked_file(const files::FileLinks& links, const http::Request& request, files::Time now);

}  // namespace annals::api
