#pragma once

#include <boost/json/object.hpp>

#include "backup/jobs.h"
#include "backup/manifest.h"

namespace annals::api {

/// Returns a job as clients read it.
boost::json::object job_json(const backup::Job& job);

/// Returns a backup without its tenants, as a list has it.
boost::json::object summary_json(const backup::Manifest& manifest);

/// Returns a backup with its tenants.
boost::json::object backup_json(const backup::Manifest& manifest);

}  // namespace annals::api
