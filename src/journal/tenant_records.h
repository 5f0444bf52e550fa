#pragma once

#include <boost/asio/awaitable.hpp>

#include "journal/journal.h"
#include "tenants/belonging.h"

namespace annals::journal {

/// Removes what tenants have in the journal. It is made by writing, so there is nothing else to do.
/// Thread-safe.
class TenantRecords final : public tenants::Belonging {
 public:
  /// `journal` may be null and must outlive this object.
  explicit TenantRecords(Journal* journal) : journal_(journal) {}

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;
  [[nodiscard]] bool carries_owner() const override { return true; }

 private:
  Journal* journal_;
};

}  // namespace annals::journal
