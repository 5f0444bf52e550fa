#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace annals::backup {

/// Keeps the blobs of backups under names such as `data/<backup>/keys.json`: letters, digits, `-`, `_`, `.`
/// and `/` between parts. The operator chooses the place; no caller names one. Implementations are
/// thread-safe. Every call throws Error(file_store_unavailable), or Error(file_store_full).
class Destination {
 public:
  Destination() = default;
  virtual ~Destination() = default;
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  /// Writes a blob, atomically: a reader sees all of it or nothing. Once it returns, the blob is durable.
  virtual boost::asio::awaitable<void> put(std::string name, std::string content) = 0;

  /// Returns a blob, or nullopt if there is none. One of more than kMaxBlob bytes was not written by put().
  virtual boost::asio::awaitable<std::optional<std::string>> get(std::string name) = 0;

  /// Returns the names of the blobs in a folder, without the folder's own and in order.
  virtual boost::asio::awaitable<std::vector<std::string>> list(std::string folder) = 0;

  /// Removes a blob, or everything in a folder, durably. Idempotent.
  virtual boost::asio::awaitable<void> remove(std::string name) = 0;

  static constexpr std::size_t kMaxBlob = std::size_t{32} << 20U;  // bytes
};

/// Returns whether a name is one that a Destination takes. Names out of a manifest are checked by it.
bool is_blob_name(std::string_view name);

}  // namespace annals::backup
