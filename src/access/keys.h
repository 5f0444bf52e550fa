#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "access/key_ring.h"
#include "access/key_table.h"
#include "access/stored_key.h"
#include "crypto/secret.h"
#include "engine/engine.h"

namespace annals::access {

/// A request for a new key, checked.
struct NewKey {
  std::string name;
  Role role = Role::read;  // one of those that a key may have
  BoundTo client_ids = nullptr;
  std::optional<Timestamp> expires_at = {};
};

/// A key that was just made: the one place that holds it in its plain form.
struct MadeKey {
  StoredKey stored;
  crypto::Secret text;
};

/// A change of a key. Each member that is nullopt leaves its part as it is.
struct KeyChange {
  std::optional<std::string> name = {};
  std::optional<bool> is_disabled = {};
  std::optional<std::optional<Timestamp>> expires_at = {};  // the inner nullopt: never
};

/// The platform keys that are made over the API. Every change is seen by this instance at once, and by others
/// with their next KeyRing::refresh(). Thread-safe; every call throws engine::EngineError.
class Keys {
 public:
  /// `engine` must outlive this object.
  Keys(engine::Engine& engine, KeyRing::Settings settings) : table_(engine), ring_(table_, settings) {}

  /// Throws Error(over_quota) if there are 10,000 keys.
  boost::asio::awaitable<MadeKey> create(NewKey wanted);
  /// Returns all keys, the newest first.
  boost::asio::awaitable<std::vector<StoredKey>> list();
  /// Returns nullopt if there is no such key.
  boost::asio::awaitable<std::optional<StoredKey>> find(KeyId id);
  /// Returns the key as it is then, or nullopt if there is none. Throws Error(overloaded) too.
  boost::asio::awaitable<std::optional<StoredKey>> change(KeyId id, KeyChange change);
  /// Returns false if there is no such key. Throws Error(overloaded) too.
  boost::asio::awaitable<bool> remove(KeyId id);

  /// Returns the documents of all keys, as a backup keeps them: with their hashes.
  boost::asio::awaitable<std::vector<KeyTable::Document>> documents() { return table_.documents(); }
  /// Puts back keys that a backup has kept, as far as they are not there. Throws std::exception for a
  /// document that is not one of a key.
  boost::asio::awaitable<void> restore(std::vector<KeyTable::Document> documents);

  /// Stores when keys were used, and removes what is left of deleted ones.
  boost::asio::awaitable<void> tidy();

  [[nodiscard]] KeyRing& ring() { return ring_; }

 private:
  KeyTable table_;
  KeyRing ring_;
};

}  // namespace annals::access
