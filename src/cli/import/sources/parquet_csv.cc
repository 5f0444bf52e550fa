#include "cli/import/sources/parquet_csv.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "engine/embedded/parquet_file.h"
#include "engine/engine.h"

namespace annals::cli {
namespace {

constexpr const char* kLibraryVariable = "ANNALS_ENGINE_LIBRARY";

std::string library() {
  const char* value = std::getenv(kLibraryVariable);
  return value == nullptr ? "" : value;
}

class ParquetCsv final : public Bytes {
 public:
  explicit ParquetCsv(const std::string& path) : file_(library(), path) {}

  std::size_t read(char* to, std::size_t size) override {
    if (given_ == part_.size()) {
      part_ = next();
      given_ = 0;
    }
    const std::size_t got = std::min(size, part_.size() - given_);
    std::memcpy(to, part_.data() + given_, got);
    given_ += got;
    return got;
  }

 private:
  std::string next() {
    try {
      return file_.next();
    } catch (const engine::EngineError& error) {
      throw BrokenFile(fmt::format("its Parquet data cannot be read: {}", error.what()));
    }
  }

  engine::ParquetFile file_;
  std::string part_;
  std::size_t given_ = 0;
};

}  // namespace

std::unique_ptr<Bytes> parquet_csv(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    throw ForeignFile(
        "it is a Parquet document, which is read from its end: give a file, neither packed nor a pipe");
  }
  try {
    return std::make_unique<ParquetCsv>(fmt::format("/proc/self/fd/{}", descriptor));
  } catch (const engine::EngineError& error) {
    throw BrokenFile(fmt::format("its Parquet data cannot be read: {}", error.what()));
  } catch (const std::runtime_error& error) {
    throw ForeignFile(
        fmt::format("it is a Parquet document, and what reads those cannot be loaded: {}", error.what()));
  }
}

}  // namespace annals::cli
