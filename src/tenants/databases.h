#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "tenants/belonging.h"

namespace annals::tenants {

/// Makes and drops the databases of tenants. A database carries its owner's id as a mark in its comment, so
/// that nobody drops what is another's. A name is given again, and DROP DATABASE cannot ask for the mark; so
/// a database first gets a name that is never used again, then its mark is looked at, and then it is dropped.
/// A statement that arrives late finds nothing, or moves a database whose move Reconciliation undoes.
/// Thread-safe; every call throws engine::EngineError.
class Databases final : public Belonging, public Ownership {
 public:
  /// The beginning of every mark; the client's id follows.
  static constexpr std::string_view kMarkPrefix = "Annals tenant ";

  /// `engine` must outlive this object.
  explicit Databases(engine::Engine& engine) : engine_(engine) {}

  /// Creates the database. Returns false if a database of that name exists and is not this tenant's.
  boost::asio::awaitable<bool> make(Owner owner) override;

  /// Drops the database and everything in it, unless it is another's. Returns once the engine's system tables
  /// show nothing of it, tables included that a crash has left for ClickHouse to remove later. Throws
  /// Error(engine_unavailable) if they still do after several tries, and Error(overloaded) if the name was
  /// given to another meanwhile.
  boost::asio::awaitable<void> remove(Owner owner, Fence fence) override;
  [[nodiscard]] bool carries_owner() const override { return true; }

  boost::asio::awaitable<bool> is_owned(Owner owner) override;
  boost::asio::awaitable<bool> holds_events(ClientId id) override;

  /// Returns whether there is a database of that name, whoever owns it.
  boost::asio::awaitable<bool> exists(DatabaseName name);

  /// Returns whether any database carries the mark of that tenant.
  boost::asio::awaitable<bool> has_any(ClientId owner);

  /// Returns whether the database holds no event. True if there is no such database.
  boost::asio::awaitable<bool> is_empty(DatabaseName name);

  /// Drops `found` if it carries the mark of its owner and holds no event. Returns false if it holds one.
  boost::asio::awaitable<bool> remove_if_empty(Owner found);

  /// Gives the database `aside` of that tenant its name back. A second database of the tenant that has the
  /// name, made by a CREATE that came twice, is dropped if it holds no event. Throws std::runtime_error if
  /// both hold some.
  boost::asio::awaitable<void> bring_back(DatabaseName aside, Owner owner);

 private:
  boost::asio::awaitable<void> put_back(DatabaseName aside, DatabaseName name);
  boost::asio::awaitable<std::optional<DatabaseName>> set_aside(Owner owner);
  boost::asio::awaitable<std::vector<DatabaseName>> names_of(Owner owner);
  boost::asio::awaitable<std::vector<DatabaseName>> ask_for_names(engine::Statement statement);
  boost::asio::awaitable<void> drop(DatabaseName aside);
  boost::asio::awaitable<void> check_gone(Owner owner);

  engine::Engine& engine_;
};

}  // namespace annals::tenants
