#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "ids/database_name.h"
#include "ids/id.h"

namespace annals::tenants {

/// The tenant whose belongings are meant.
struct Owner {
  ClientId id;
  DatabaseName database;
  std::string label = {};  // for messages; empty if the registry does not know the tenant
};

/// Throws if the lease under which a removal runs has expired; see leases::Lease::keep().
using KeepLease = std::function<boost::asio::awaitable<void>()>;

/// A kind of thing that each tenant owns: its database, its files, … The root gives the lifecycle a list of
/// them in the order in which they are made and removed, so that this folder needs to know none of them.
/// Implementations are thread-safe. Every step may be repeated, because a crash can come after any.
class Belonging {
 public:
  Belonging() = default;
  virtual ~Belonging() = default;
  Belonging(const Belonging&) = delete;
  Belonging& operator=(const Belonging&) = delete;

  /// Makes it for a tenant in the state `creating`. Returns false if something that is not this tenant's is
  /// in the way; the tenant then cannot be made.
  virtual boost::asio::awaitable<bool> make(Owner owner) = 0;

  /// Removes it for a tenant in the state `deleting`, and never what is another's. Once it returns, nothing
  /// is left. Calls `keep_lease` before each step of a long removal.
  virtual boost::asio::awaitable<void> remove(Owner owner, KeepLease keep_lease) = 0;

  /// Returns the owners that things of this kind carry. Recovery removes those whose tenant is in no registry
  /// row: they come from a statement that arrived late. A kind that does not carry its owner returns none.
  virtual boost::asio::awaitable<std::vector<Owner>> owners();

  /// Returns whether background work of this kind may hold the lease of that name although no tenant has it.
  /// An initialisation then waits a moment, instead of answering that the name is taken.
  virtual boost::asio::awaitable<bool> is_cleaning_up(DatabaseName name);
};

}  // namespace annals::tenants
