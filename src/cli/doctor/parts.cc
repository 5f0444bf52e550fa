#include "cli/doctor/parts.h"

#include <stdlib.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "cli/client/service_client.h"
#include "config/data_directory.h"
#include "engine/embedded/library.h"
#include "engine/rights.h"
#include "io/http_client.h"
#include "surroundings.h"
#include "text/url.h"

namespace annals::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using enum Finding::Result;

/// A directory that is removed again. Adapters want a data.dir, and the real one may be in use.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (fs::temp_directory_path() / "annals-doctor-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory in " + name);
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Runs a coroutine to its end. `threads` must outlive what the coroutine uses: a thread of the engine's may
/// still hold their executor when the result is here.
template <class Result>
Result wait_for(boost::asio::thread_pool& threads, boost::asio::awaitable<Result> work) {
  return boost::asio::co_spawn(threads, std::move(work), boost::asio::use_future).get();
}

/// Returns the message for the operator.
std::string words_of(const std::exception& error) {
  const auto* ours = dynamic_cast<const Error*>(&error);
  return ours != nullptr && ours->detail() != error.what()
             ? fmt::format("{} {}", ours->detail(), error.what())
             : error.what();
}

void examine_remote_engine(const config::Config& config, const Adapters& adapters, Findings& findings) {
  constexpr std::int64_t kMostMilliseconds = 5'000;
  const std::string name = config.engine.endpoints.at(0);
  const ScratchDirectory scratch;
  config::DataDirectory data(scratch.path(), config::DataDirectory::Use::alone);
  boost::asio::thread_pool threads(1);
  const auto engine = adapters.engine(config, data);
  const std::string version = wait_for(threads, engine->query({.sql = "SELECT version() FORMAT TSVRaw"}));
  findings.push_back(
      {"engine", good,
       fmt::format("{} answers; it is ClickHouse {}", name, version.substr(0, version.find('\n')))});
  const std::string theirs =
      wait_for(threads, engine->query({.sql = "SELECT toUnixTimestamp64Milli(now64(3)) FORMAT TSVRaw"}));
  const auto ours = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
  std::int64_t time = ours;
  std::from_chars(theirs.data(), theirs.data() + theirs.size(), time);
  if (std::abs(time - ours) > kMostMilliseconds) {
    findings.push_back({"clock", warning,
                        fmt::format("the clock of {} is {} s from ours", name, (time - ours) / 1000),
                        "synchronise the clocks of both machines"});
  }
  wait_for(threads, engine::check_rights(*engine));
  findings.push_back(
      {"engine", good, fmt::format("the user {} may do what Annals needs", config.engine.user)});
}

}  // namespace

void examine_engine(const config::Config& config, const Adapters& adapters, Findings& findings) {
  const bool is_embedded = config.engine.kind == config::EngineKind::embedded;
  try {
    if (!is_embedded) {
      examine_remote_engine(config, adapters, findings);
      return;
    }
    const std::string path = engine::EmbeddedLibrary::find(config.engine.library);
    const engine::EmbeddedLibrary library(path);
    findings.push_back({"engine", good, fmt::format("the library {} can be loaded", path)});
  } catch (const std::exception& error) {
    findings.push_back({"engine", problem, words_of(error),
                        is_embedded ? "put libchdb.so beside the program, or name it in engine.library"
                                    : "see engine.endpoints, engine.user and engine.password, and the GRANT "
                                      "statements in docs/operations.md"});
  }
}

void examine_file_store(const config::Config& config, const Adapters& adapters, Findings& findings) {
  const bool is_local = config.files.kind == config::FilesKind::local;
  try {
    const fs::path directory = fs::absolute(config.data.dir) / "files";
    if (is_local) {
      const bool is_there = fs::exists(directory);
      if (is_there && ::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
        throw std::runtime_error(directory.string() + " cannot be written by this user");
      }
      findings.push_back(
          {"file store", good,
           directory.string() + (is_there ? " can be written" : " is made at the first start")});
      return;
    }
    const ScratchDirectory scratch;
    config::DataDirectory data(scratch.path(), config::DataDirectory::Use::alone);
    boost::asio::thread_pool threads(1);
    const FilesAdapter files = adapters.files(config, data, [] { return std::string(); });
    wait_for(threads, files.store->check());
    findings.push_back({"file store", good, fmt::format("the bucket {} answers", config.files.s3_bucket)});
  } catch (const std::exception& error) {
    findings.push_back({"file store", problem, words_of(error),
                        is_local ? "give data.dir/files to the user of the service"
                                 : "see files.s3_* and the policy and credentials in docs/operations.md"});
  }
}

void examine_certificate(const config::Config& config, Findings& findings) {
  if (config.server.tls.certificate.empty()) return;
  try {
    (void)load_certificates(config);
    findings.push_back({"certificate", good, config.server.tls.certificate + " and its key can be used"});
  } catch (const std::exception& error) {
    findings.push_back({"certificate", problem, error.what(), "see server.tls.* in docs/operations.md"});
  }
}

void examine_service(const config::Config& config, Findings& findings) {
  constexpr int kReady = 200;
  constexpr int kNotReady = 503;
  const auto& server = config.server;
  if (server.port == 0) {
    findings.push_back({"service", skipped, "server.listen has no fixed port, so it cannot be asked"});
    return;
  }
  const std::string url = fmt::format("{}://{}", server.tls.certificate.empty() ? "http" : "https",
                                      text::host_and_port(server.address, server.port));
  try {
    io::HttpClient client;
    const auto answer = client.send({.url = url + "/readyz", .connect_timeout = 2s, .timeout = 10s});
    if (!is_of_service(answer)) {
      findings.push_back({"service", warning,
                          fmt::format("what answers {} at {} is not Annals", answer.status, url),
                          "another program may listen there: set server.listen"});
    } else if (answer.status == kReady) {
      findings.push_back({"service", good, url + " is ready"});
    } else if (answer.status == kNotReady) {
      findings.push_back({"service", problem, fmt::format("{} is not ready: {}", url, answer.body),
                          "see the fields of the answer, and the log of the service"});
    } else {
      findings.push_back({"service", warning, fmt::format("{} answers {}", url, answer.status),
                          "see the log of the service"});
    }
  } catch (const io::HttpFailure& failure) {
    // Also a certificate that this machine does not trust ends here; whoever trusts it is not known.
    findings.push_back(
        {"service", skipped, fmt::format("nothing can be asked at {}: {}", url, failure.what())});
  }
}

}  // namespace annals::cli
