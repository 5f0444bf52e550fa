#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "backup/destination.h"
#include "backup/manifest.h"
#include "io/blocking_pool.h"

namespace annals::backup {

/// Writes and reads blobs together with their checksums. What costs processor time runs on threads of its
/// own. Thread-safe. This object must outlive its calls.
class Blobs {
 public:
  /// `destination` must outlive this object.
  explicit Blobs(Destination& destination);

  /// Throws as Destination::put().
  boost::asio::awaitable<Blob> put(std::string name, std::string content);
  /// Throws Error(backup_refused) if the blob is missing or is not what was written, and as
  /// Destination::get().
  boost::asio::awaitable<std::string> get(Blob blob);

  /// Runs work that costs processor time.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&>> aside(Work work) {
    return threads_.run(std::move(work));
  }

  [[nodiscard]] Destination& destination() { return destination_; }

 private:
  Destination& destination_;
  io::SideThreads threads_;
};

}  // namespace annals::backup
