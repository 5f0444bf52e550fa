#pragma once

#include <string>

#include "cli/client/filter_options.h"
#include "cli/client/service_options.h"

namespace annals::cli {

struct ExportOptions {
  ServiceOptions service;
  std::string file;    // "-": standard output
  std::string format;  // ndjson, csv or parquet; empty: by the ending of `file`
  FilterOptions filter;
};

/// Runs `annals export`, which writes a tenant's events to a file, and returns the exit code. Throws Mistake
/// for wrong arguments, and another std::exception for any other failure.
int export_file(const ExportOptions& options);

}  // namespace annals::cli
