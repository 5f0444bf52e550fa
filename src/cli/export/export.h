#pragma once

#include <string>
#include <vector>

#include "cli/client/service_options.h"

namespace annals::cli {

struct ExportOptions {
  ServiceOptions service;
  std::string file;    // "-": standard output
  std::string format;  // ndjson, csv or parquet; empty: as the file's name ends
  std::vector<std::string> record_ids;
  std::vector<std::string> event_type_ids;
  std::vector<std::string> source_type_ids;
  std::vector<std::string> source_ids;
  std::string from;
  std::string to;
  std::string words;
};

/// `annals export`: writes a tenant's events to a file. Returns the exit code.
int export_file(const ExportOptions& options);

}  // namespace annals::cli
