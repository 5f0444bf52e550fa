#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/client/filter_options.h"
#include "cli/client/service_options.h"

namespace annals::cli {

struct SendOptions {
  ServiceOptions service;
  bool json = false;
  std::string record_id;  // this and the next three in the notation of append_id_notation()
  std::string event_type_id;
  std::string source_type_id;
  std::string source_id;
  std::string data;        // JSON
  std::string data_file;   // the file with it; "-": standard input
  std::string event_id;    // empty: a new one
  std::string event_time;  // empty: that at which the service receives it
  std::string file_id;     // empty: none
};

struct ListOptions {
  ServiceOptions service;
  FilterOptions filter;
  bool json = false;
  std::uint64_t limit = 20;
  std::string order = "newest";
};

struct ShowOptions {
  ServiceOptions service;
  bool json = false;
  std::string event_id;
};

struct CountOptions {
  ServiceOptions service;
  FilterOptions filter;
  bool json = false;
  std::vector<std::string> by;
  std::string bucket;
  bool largest_first = false;
  std::uint64_t limit = 1000;
};

struct TailOptions {
  ServiceOptions service;
  FilterOptions filter;
  bool json = false;
  bool from_start = false;
  std::string after;  // a cursor
};

// Each function runs one of the commands `annals events …` and returns the exit code. Each throws Mistake for
// wrong arguments, and another std::exception for any other failure.

/// Sends one event and writes its id. It is sent again, with the same id, if the answer is lost.
int send_event(const SendOptions& options);
int list_events(const ListOptions& options);
int show_event(const ShowOptions& options);
/// Writes the number of events, or a line for each group of them.
int count_events(const CountOptions& options);
/// Writes new events as they arrive, until it is interrupted or the service stays away.
int tail_events(const TailOptions& options);

}  // namespace annals::cli
