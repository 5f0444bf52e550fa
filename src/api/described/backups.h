#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation create_backup();
http::Operation list_backups();
http::Operation get_backup();
http::Operation verify_backup();
http::Operation delete_backup();
http::Operation restore_backup();
http::Operation list_backup_jobs();
http::Operation get_backup_job();

}  // namespace annals::api::described
