#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "http/server/tls/context.h"

namespace annals::http {

/// Holds the TlsContext of the connections that begin now, and replaces it when its files change. Running
/// connections keep theirs.
class TlsContexts {
 public:
  /// Loads the files. Throws std::runtime_error, for the operator to read.
  explicit TlsContexts(TlsFiles files);

  /// Thread-safe.
  [[nodiscard]] std::shared_ptr<const TlsContext> current() const;

  /// Returns when the current certificate ends. Thread-safe.
  [[nodiscard]] std::chrono::sys_seconds ends() const { return ends_; }
  /// Returns whether the latest version of the files cannot be used, so that an earlier one still is.
  /// Thread-safe.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  /// Loads the files if one of them is another than before. If they cannot be used together, the context
  /// stays as it is; they are tried once more at the next call, because a certificate and its key are seldom
  /// replaced in the same moment, and if that fails too, the reason is logged. Logs once that the certificate
  /// has expired. It reads small files, and throws nothing. Thread-safe.
  void reload_if_changed();

 private:
  // Tells one version of a file from another: device, inode, size, and the times of the last change of the
  // content and of the inode in nanoseconds. nullopt: there is no such file.
  using Version =
      std::optional<std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>>;
  using Versions = std::array<Version, 3>;
  struct Loaded {
    std::shared_ptr<const TlsContext> context;
    std::chrono::sys_seconds ends;  // of the certificate
  };

  [[nodiscard]] static Version version_of(const std::filesystem::path& path);
  [[nodiscard]] Versions versions() const;
  [[nodiscard]] Loaded load() const;
  void reload();
  void warn_if_expired();

  const TlsFiles files_;
  std::mutex reloading_;  // guards what follows, but for what others may read
  Versions seen_;         // the versions that were loaded, or failed, last
  std::atomic<std::chrono::sys_seconds> ends_;
  std::atomic<bool> has_failed_ = false;
  int failures_ = 0;           // of loading the versions seen
  bool said_expired_ = false;  // of the current certificate
  mutable std::mutex mutex_;   // guards what follows
  std::shared_ptr<const TlsContext> current_;
};

}  // namespace annals::http
