#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "leases/leases.h"

namespace annals::leases {

/// Gives out leases where this process is the only instance, as with the embedded engine. A lease lasts until
/// it is released or destroyed.
class InProcessLeases final : public Leases {
 public:
  boost::asio::awaitable<std::unique_ptr<Lease>> acquire(std::string key) override;
  boost::asio::awaitable<void> clean_up() override { co_return; }

 private:
  class Held;
  std::mutex mutex_;
  std::set<std::string, std::less<>> held_;
};

}  // namespace annals::leases
