#include "engine/embedded/library.h"

#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace annals::engine {
namespace {

template <class Function>
void bind(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr)
    throw std::runtime_error(fmt::format("the engine library has no function {}", name));
}

/// Loads what libchdb needs of the C library. Otherwise they would be searched for in the directory on its
/// builder's machine that libchdb names first (RUNPATH), where a user of this machine might put them.
void load_from_the_system() {
  for (const char* name : {"libpthread.so.0", "librt.so.1", "libdl.so.2", "libm.so.6"}) {
    if (dlopen(name, RTLD_NOW | RTLD_GLOBAL) == nullptr)
      throw std::runtime_error(fmt::format("cannot load a part of the C library: {}", dlerror()));
  }
}

void* open(const std::string& path) {
  load_from_the_system();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw std::runtime_error(
        fmt::format("cannot open the engine library: {}; in a checkout `./dev setup` installs it; elsewhere "
                    "put libchdb.so of the npm package {} beside the program, or name it in engine.library",
                    dlerror(), ANNALS_ENGINE_PACKAGE));
  }
  return library;
}

}  // namespace

std::string EmbeddedLibrary::find(const std::string& configured) {
  if (!configured.empty()) return configured;
  std::error_code ignored;
  const auto directory = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  const auto beside = directory / "libchdb.so";
  if (std::filesystem::exists(beside, ignored)) return beside.string();
  return (directory.parent_path() / "lib" / "annals" / "libchdb.so").string();
}

EmbeddedLibrary::EmbeddedLibrary(const std::string& path) {
#ifdef ANNALS_SANITIZED
  throw std::runtime_error("a sanitized build cannot load the engine library; use engine.kind = remote");
#endif
  library_.reset(open(find(path)));
  void* library = library_.get();
  bind(library, "chdb_connect", connect);
  bind(library, "chdb_close_conn", close_conn);
  bind(library, "chdb_query_with_params_n", query_with_params_n);
  bind(library, "chdb_stream_query_with_params_n", stream_query_with_params_n);
  bind(library, "chdb_stream_fetch_result", stream_fetch_result);
  bind(library, "chdb_stream_cancel_query", stream_cancel_query);
  bind(library, "chdb_stream_insert_n", stream_insert_n);
  bind(library, "chdb_stream_insert_error", stream_insert_error);
  bind(library, "chdb_stream_append", stream_append);
  bind(library, "chdb_stream_done", stream_done);
  bind(library, "chdb_destroy_insert_stream", destroy_insert_stream);
  bind(library, "chdb_result_buffer", result_buffer);
  bind(library, "chdb_result_length", result_length);
  bind(library, "chdb_result_error", result_error);
  bind(library, "chdb_destroy_query_result", destroy_query_result);
  bind(library, "chdb_shutdown", shutdown);
  void (*set_signal_handlers_enabled)(int) = nullptr;
  bind(library, "chdb_set_signal_handlers_enabled", set_signal_handlers_enabled);
  set_signal_handlers_enabled(0);
}

}  // namespace annals::engine
