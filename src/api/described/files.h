#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation get_upload_url();
/// The URLs of files in a local directory lead here.
http::Operation upload_file();
http::Operation download_file();
http::Operation look_at_file();

}  // namespace annals::api::described
