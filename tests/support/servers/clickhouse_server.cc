// Runs a real ClickHouse server for tests: clickhouse-local from the engine library, with its HTTP listener
// on 127.0.0.1 and its data kept in a directory. Its only user is `default` without a password, so it is for
// loopback tests only. A file users.xml in the directory, of the form that ClickHouse documents, replaces
// that.
//
// It dies with the thread that started it, and a signal ends it at once: what it has acknowledged is on the
// disk, which is what the tests are about.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

// The two functions of chdb.h that are needed. The first runs clickhouse-local as its command line would,
// because nothing else has listeners.
struct Chdb {
  void* (*query_cmdline)(int argc, char** argv);
  const char* (*result_error)(void* result);
};

// Listens, then stays busy until the process ends.
constexpr const char* kServe =
    "SYSTEM START LISTEN HTTP; "
    "SELECT sleepEachRow(1) FROM system.numbers "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0, max_execution_time = 0 "
    "FORMAT Null";

int fail(const std::string& what) {
  std::fprintf(stderr, "clickhouse_server: %s\n", what.c_str());
  return EXIT_FAILURE;
}

/// Makes this process end when its parent ends. Returns false if the parent is gone already.
bool die_with_parent(pid_t parent) {
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

/// Sends the engine's output to a file, so that it stays out of the tests' output.
bool send_output_to(const std::filesystem::path& file) {
  constexpr int kMode = 0644;
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (descriptor < 0) return false;
  return dup2(descriptor, STDOUT_FILENO) >= 0 && dup2(descriptor, STDERR_FILENO) >= 0 &&
         close(descriptor) == 0;
}

std::optional<Chdb> load_engine() {
  const char* configured = std::getenv("ANNALS_ENGINE_LIBRARY");
  void* library = dlopen(configured != nullptr ? configured : ANNALS_ENGINE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  const Chdb chdb{
      .query_cmdline = reinterpret_cast<void* (*)(int, char**)>(dlsym(library, "chdb_query_cmdline")),
      .result_error = reinterpret_cast<const char* (*)(void*)>(dlsym(library, "chdb_result_error"))};
  if (chdb.query_cmdline == nullptr || chdb.result_error == nullptr) return std::nullopt;
  return chdb;
}

/// Writes the settings that the command line does not take: where BACKUP may write, which is below
/// `directory`, and which users there are. As in the file that ClickHouse comes with, a user needs grants for
/// table engines too. A table whose DROP a kill has interrupted is kept for `drop_delay` seconds, or for as
/// long as by default if that is "".
std::filesystem::path write_settings(const std::filesystem::path& directory, const std::string& drop_delay) {
  const std::filesystem::path file = directory / "server.xml";
  const std::filesystem::path users = directory / "users.xml";
  std::ofstream settings(file);
  settings << "<clickhouse><backups><allowed_path>" << (directory / "backups/").string()
           << "</allowed_path></backups><access_control_improvements>"
              "<table_engines_require_grant>true</table_engines_require_grant>"
              "</access_control_improvements>";
  if (std::filesystem::exists(users)) settings << "<users_config>" << users.string() << "</users_config>";
  if (!drop_delay.empty()) {
    settings << "<database_atomic_delay_before_drop_table_sec>" << drop_delay
             << "</database_atomic_delay_before_drop_table_sec>";
  }
  settings << "</clickhouse>";
  return file;
}

/// Runs the server. Returns only if it could not start.
int serve(const Chdb& chdb, const std::filesystem::path& directory, const std::string& port,
          const std::string& drop_delay) {
  std::vector<std::string> arguments{"clickhouse",
                                     "--config-file",
                                     write_settings(directory, drop_delay).string(),
                                     "--path",
                                     directory.string(),
                                     "--listen_host",
                                     "127.0.0.1",
                                     "--http_port",
                                     port,
                                     "--query",
                                     kServe};
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  void* result = chdb.query_cmdline(static_cast<int>(argv.size()), argv.data());
  const char* error = result == nullptr ? nullptr : chdb.result_error(result);
  return fail(error == nullptr ? "the engine returned" : error);
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = getppid();
  if (argc != 3 && argc != 4) return fail("usage: clickhouse_server DIR HTTP_PORT [DROP_DELAY]");
  if (!die_with_parent(parent)) return fail("the process that started it is gone");
  const std::filesystem::path directory(argv[1]);
  std::filesystem::create_directories(directory);
  const auto chdb = load_engine();
  if (!chdb) return fail(std::string("cannot use the engine library: ") + dlerror());
  if (!send_output_to(directory / "server.log")) return fail("cannot write to " + directory.string());
  return serve(*chdb, directory, argv[2], argc == 4 ? argv[3] : "");
}
