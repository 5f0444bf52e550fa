#pragma once

#include <string>

#include "cli/client/service_options.h"

namespace annals::cli {

struct ImportOptions {
  ServiceOptions service;
  std::string file;  // "-": standard input
  std::string on_error = "fail";
  bool restart = false;
  bool only_check = false;  // send nothing
  std::string state;        // the file that records the progress; empty: beside `file`
  std::size_t batch_rows = 10'000;
};

/// Runs `annals import`, which sends the events of a file to a running service, and returns the exit code.
/// Throws Mistake for wrong arguments, and another std::exception for any other failure.
int import_file(const ImportOptions& options);

}  // namespace annals::cli
