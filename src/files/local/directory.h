#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/local/stored_file.h"
#include "files/local/upload_file.h"

namespace annals::files {

/// What one step of a removal takes away: some files of one directory and, when they are its last, the
/// directory.
struct DirectoryPage {
  std::vector<std::string> directory = {};  // the way from the root, one name per part
  std::vector<std::string> names = {};      // everything in it but directories; links are not followed
  bool complete = false;                    // nothing else was there
};

/// The directory that holds one directory of files per database, worked on by blocking calls. A symbolic link
/// below it is removed, never followed. Safe for concurrent use. Everything throws std::system_error.
class FileDirectory {
 public:
  static constexpr std::size_t kMaxPage = 1000;

  explicit FileDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  /// Makes the directory when it is missing, and proves that a file can be made in it.
  void prepare() const;

  /// Makes the directory of a database when it is missing, for good.
  void make(const std::string& top) const;

  /// Begins a file in `<root>/<top>`; null when that directory is missing, because it was never made or its
  /// files were removed.
  [[nodiscard]] std::unique_ptr<UploadFile> begin_upload(const std::string& top) const;

  /// Null when there is no such file. Throws FileStoreError, too.
  [[nodiscard]] std::unique_ptr<StoredFile> open(const std::string& top, const std::string& name) const;

  /// Removes what uploads that a crash ended have left, under all databases. It reads every directory once.
  void remove_abandoned_uploads() const;

  /// The next files to remove under `<root>/<top>`; nothing when `top` is gone. Deeper directories come
  /// first.
  [[nodiscard]] std::optional<DirectoryPage> next_page(const std::string& top) const;

  /// Removes the page's files, and its directory when it is empty then. What is gone already is fine.
  void remove(const DirectoryPage& page) const;

  /// Makes the removals of whole databases outlast a power cut.
  void sync() const;

 private:
  std::filesystem::path root_;
};

}  // namespace annals::files
