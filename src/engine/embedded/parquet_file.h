#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace annals::engine {

/// Reads a Parquet document with the engine library, as CSV with a first line of names: times in ISO 8601,
/// nulls as empty fields. The engine works in the memory only, and a process can have only one engine: no
/// other one may be open. Not thread-safe.
class ParquetFile {
 public:
  /// `library` is as in EmbeddedSettings. Throws std::runtime_error if the library cannot be used, and
  /// EngineError if the file is damaged.
  ParquetFile(const std::string& library, const std::filesystem::path& file);
  ~ParquetFile();
  ParquetFile(const ParquetFile&) = delete;
  ParquetFile& operator=(const ParquetFile&) = delete;

  /// Returns the next part of the text; empty: it has ended. Throws EngineError.
  std::string next();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace annals::engine
