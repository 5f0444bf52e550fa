#pragma once

#include <string>

#include "cli/client/service_options.h"

namespace annals::cli {

struct ImportOptions {
  ServiceOptions service;
  std::string file;  // "-": standard input
  std::string on_error = "fail";
  bool restart = false;
  std::size_t batch_rows = 10'000;
};

/// `annals import`: brings the events of a file into a running service. Returns the exit code.
int import_file(const ImportOptions& options);

}  // namespace annals::cli
