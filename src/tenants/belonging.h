#pragma once

#include <functional>
#include <string>

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

/// Throws unless the removal is still the caller's business. A removal awaits it between looking for things
/// and removing what it found: what was found before is the tenant's own, so that removing it is harmless
/// however late it is done.
using Fence = std::function<boost::asio::awaitable<void>()>;

/// Says whose a database is, by the mark on the database itself. Thread-safe.
class Ownership {
 public:
  Ownership() = default;
  virtual ~Ownership() = default;
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  /// Returns whether the tenant has a database, and with it everything that lies under its name. False before
  /// it is made and once its removal has begun.
  virtual boost::asio::awaitable<bool> is_owned(Owner owner) = 0;

  /// Returns whether databases of that tenant hold events, whatever they are called and whatever the registry
  /// says.
  virtual boost::asio::awaitable<bool> holds_events(ClientId id) = 0;
};

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
  /// is left. Awaits `fence` before each step of a long removal.
  virtual boost::asio::awaitable<void> remove(Owner owner, Fence fence) = 0;

  /// Returns whether each thing of this kind carries its owner. What does not, lies under the name of the
  /// database only; it is removed only while the tenant owns the database of that name, because the name may
  /// be another's before and afterwards.
  [[nodiscard]] virtual bool carries_owner() const { return false; }

  /// Returns whether background work of this kind may hold the lease of that name although no tenant has it.
  /// An initialisation then waits a moment, instead of answering that the name is taken.
  virtual boost::asio::awaitable<bool> is_cleaning_up(DatabaseName name);
};

}  // namespace annals::tenants
