#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace annals::cli {

/// Says where an export goes.
struct Destination {
  enum class Kind : std::uint8_t {
    file,             // a regular file, which is replaced as a whole
    stream,           // a device, FIFO or open descriptor of another name, into which the export is written
    standard_output,  // the same, and already open
  };
  Kind kind = Kind::file;
  std::filesystem::path path = {};  // of a file: the one that links lead to, so that they stay links
};

/// Returns the destination that the argument FILE names. Throws Mistake if nothing can be written there.
Destination destination_of(const std::string& file);

/// Returns the format (ndjson, csv or parquet) that the name of a file asks for, or ndjson if it has no
/// ending or does not name a regular file. Throws Mistake if the ending belongs to something else, because
/// whoever opens the file by its ending would not find that in it. `wanted` is the format that the user has
/// named; empty: none.
std::string format_for(const std::string& file, const Destination& destination, const std::string& wanted);

}  // namespace annals::cli
