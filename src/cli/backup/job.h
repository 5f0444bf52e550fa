#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "cli/client/service_client.h"

namespace annals::cli {

/// Writes a message of the backup commands to standard error.
void say_of_backup(std::string_view text);

/// Has a service begin a job, waits until it has ended, and says how. Returns the job as it is then, or as it
/// has begun if nobody is to wait. `begin` is sent once. Throws ServiceRefusal.
boost::json::object run_job(ServiceClient& client, ServiceClient::Request begin, bool wait);

/// Returns the exit code for a job.
int code_of(const boost::json::object& job);

}  // namespace annals::cli
