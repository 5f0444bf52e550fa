#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/local/stored_file.h"
#include "files/local/upload_file.h"

namespace annals::files {

/// A step of a removal: some files of one directory and, if the directory holds no others, the directory.
struct DirectoryPage {
  std::vector<std::string> directory = {};  // path from the root, one name per part
  std::vector<std::string> names = {};      // entries of it other than directories; links are not followed
  bool complete = false;                    // the directory held nothing else
};

/// Manages the directory that holds one directory of files per database, by blocking calls. A symbolic link
/// below it is removed, never followed. Thread-safe. Every call throws std::system_error if it fails.
class FileDirectory {
 public:
  static constexpr std::size_t kMaxPage = 1000;

  explicit FileDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  /// Creates the directory if it does not exist, and proves that a file can be created in it.
  void prepare() const;

  /// Proves that a file can be created in it, without one being left.
  void prove_writable() const;

  /// Returns how many bytes can still be written to its disk.
  [[nodiscard]] std::uint64_t free_bytes() const;

  /// Creates the directory of a database durably, if it does not exist.
  void make(const std::string& top) const;

  /// Begins a file in `<root>/<top>`. Returns null if that directory does not exist, because it was never
  /// created or its files were removed.
  [[nodiscard]] std::unique_ptr<UploadFile> begin_upload(const std::string& top) const;

  /// Opens a file. Returns null if it does not exist. Throws FileStoreError if this store did not write it.
  [[nodiscard]] std::unique_ptr<StoredFile> open(const std::string& top, const std::string& name) const;

  /// Removes the unfinished uploads that a crash has left, under all databases. Reads every directory once.
  void remove_abandoned_uploads() const;

  /// Returns the next files to remove under `<root>/<top>`, or nullopt if `top` does not exist. Deeper
  /// directories are returned first.
  [[nodiscard]] std::optional<DirectoryPage> next_page(const std::string& top) const;

  /// Removes the page's files, and its directory if that is then empty. Idempotent.
  void remove(const DirectoryPage& page) const;

  /// Removes the files of `<root>/<top>` whose names `wanted` accepts, and returns their number.
  std::uint64_t remove_if(const std::string& top,
                          const std::function<bool(std::string_view name)>& wanted) const;

  /// Removes the files of `<root>/<top>` that have these names, and returns how many were there.
  [[nodiscard]] std::uint64_t remove_named(const std::string& top,
                                           const std::vector<std::string>& names) const;

  /// Returns the names in `<root>/<top>`, those of uploads that are in flight too.
  [[nodiscard]] std::vector<std::string> names_in(const std::string& top) const;

  /// Returns the bytes of the files of `<root>/<top>`, of uploads that are in flight too.
  [[nodiscard]] std::uint64_t bytes_in(const std::string& top) const;

  /// Makes the removals of whole databases durable against a power cut.
  void sync() const;

 private:
  std::filesystem::path root_;
};

}  // namespace annals::files
