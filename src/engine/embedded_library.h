#pragma once

#include <memory>
#include <string>

// The part of libchdb's C interface (chdb.h of 26.7) that Annals uses. The package ships no header, and the
// library is opened at run time: a sanitized build must never load it.
struct chdb_connection_;
struct chdb_result_;
struct chdb_insert_stream_;

namespace annals::engine {

using ChdbConnection = chdb_connection_*;
using ChdbResult = chdb_result_;
using ChdbInsertStream = chdb_insert_stream_*;

/// libchdb, opened. The functions are those of chdb.h without their prefix.
class EmbeddedLibrary {
 public:
  /// Opens the library and turns its signal handlers off, so that SIGTERM stays ours. An empty path means the
  /// one that the build was configured with, or `libchdb.so` beside the executable. Throws
  /// std::runtime_error.
  explicit EmbeddedLibrary(const std::string& path);

  // NOLINTBEGIN(readability-identifier-naming): the names of the C interface
  ChdbConnection* (*connect)(int argc, char** argv);
  void (*close_conn)(ChdbConnection* connection);
  ChdbResult* (*query_with_params_n)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                     std::size_t, const char* const* names, const std::size_t* name_lengths,
                                     const char* const* values, const std::size_t* value_lengths,
                                     std::size_t count);
  ChdbResult* (*stream_query_with_params_n)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                            std::size_t, const char* const* names,
                                            const std::size_t* name_lengths, const char* const* values,
                                            const std::size_t* value_lengths, std::size_t count);
  ChdbResult* (*stream_fetch_result)(ChdbConnection, ChdbResult* stream);
  void (*stream_cancel_query)(ChdbConnection, ChdbResult* stream);
  ChdbInsertStream (*stream_insert_n)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                      std::size_t);
  const char* (*stream_insert_error)(ChdbInsertStream);
  int (*stream_append)(ChdbInsertStream, const void* data, std::size_t);
  ChdbResult* (*stream_done)(ChdbInsertStream);
  void (*destroy_insert_stream)(ChdbInsertStream);
  char* (*result_buffer)(ChdbResult*);
  std::size_t (*result_length)(ChdbResult*);
  const char* (*result_error)(ChdbResult*);
  void (*destroy_query_result)(ChdbResult*);
  int (*shutdown)();
  // NOLINTEND(readability-identifier-naming)

 private:
  struct Close {
    // Never dlclose: the library keeps threads and thread-local state until the process ends.
    void operator()(void* /*library*/) const noexcept {}
  };
  std::unique_ptr<void, Close> library_;
};

}  // namespace annals::engine
