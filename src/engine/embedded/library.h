#pragma once

#include <memory>
#include <string>

// The part of libchdb's C interface (chdb.h of 26.7) that Annals uses. The package ships no header. The
// library is opened at run time, because a sanitized build must never load it.
struct chdb_connection_;
struct chdb_result_;
struct chdb_insert_stream_;

namespace annals::engine {

using ChdbConnection = chdb_connection_*;
using ChdbResult = chdb_result_;
using ChdbInsertStream = chdb_insert_stream_*;

/// Opens libchdb and holds its functions, which are those of chdb.h without their prefix.
class EmbeddedLibrary {
 public:
  /// Returns the path of the library that is used: `configured`, or if that is empty `libchdb.so` beside the
  /// executable or, if that does not exist, in `../lib/annals`, where an installation has it.
  static std::string find(const std::string& configured);

  /// Opens the library that find() returns, and turns its signal handlers off, so that Annals handles
  /// SIGTERM. Throws std::runtime_error if the library cannot be used.
  explicit EmbeddedLibrary(const std::string& path);

  // NOLINTBEGIN(readability-identifier-naming): the names of the C interface
  ChdbConnection* (*connect)(int argc, char** argv) = nullptr;
  void (*close_conn)(ChdbConnection* connection) = nullptr;
  ChdbResult* (*query_with_params_n)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                     std::size_t, const char* const* names, const std::size_t* name_lengths,
                                     const char* const* values, const std::size_t* value_lengths,
                                     std::size_t count) = nullptr;
  ChdbResult* (*stream_query_with_params_n)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                            std::size_t, const char* const* names,
                                            const std::size_t* name_lengths, const char* const* values,
                                            const std::size_t* value_lengths, std::size_t count) = nullptr;
  ChdbResult* (*stream_fetch_result)(ChdbConnection, ChdbResult* stream) = nullptr;
  void (*stream_cancel_query)(ChdbConnection, ChdbResult* stream) = nullptr;
  ChdbInsertStream (*stream_insert_n)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                      std::size_t) = nullptr;
  const char* (*stream_insert_error)(ChdbInsertStream) = nullptr;
  int (*stream_append)(ChdbInsertStream, const void* data, std::size_t) = nullptr;
  ChdbResult* (*stream_done)(ChdbInsertStream) = nullptr;
  void (*destroy_insert_stream)(ChdbInsertStream) = nullptr;
  char* (*result_buffer)(ChdbResult*) = nullptr;
  std::size_t (*result_length)(ChdbResult*) = nullptr;
  const char* (*result_error)(ChdbResult*) = nullptr;
  void (*destroy_query_result)(ChdbResult*) = nullptr;
  int (*shutdown)() = nullptr;
  // NOLINTEND(readability-identifier-naming)

 private:
  struct Close {
    // Never dlclose: the library keeps threads and thread-local state until the process ends.
    void operator()(void* /*library*/) const noexcept {}
  };
  std::unique_ptr<void, Close> library_;
};

}  // namespace annals::engine
