#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "access/stored_key.h"
#include "engine/engine.h"
#include "engine/versioned_documents.h"

namespace annals::access {

/// The keys that were made over the API, in the table `default.annals_keys` of the engine, which all
/// instances share; only hashes are stored. When each was used last stands in `default.annals_key_uses`,
/// because it changes often and without anybody's decision. Thread-safe; every call throws
/// engine::EngineError.
class KeyTable {
 public:
  /// `engine` must outlive this object.
  explicit KeyTable(engine::Engine& engine)
      : engine_(engine),
        documents_(engine, "default.annals_keys", "The platform keys of Annals, as hashes") {}

  /// Returns all keys, without the times of their use. A key that cannot be read, because a later version has
  /// written it, is left out and logged: it opens nothing here.
  boost::asio::awaitable<std::vector<StoredKey>> all();

  /// Returns a text that differs from an earlier one if, and only if, any key has changed in between.
  boost::asio::awaitable<std::string> fingerprint();

  /// Stores a new key. Its `created_at` becomes the time of the engine's clock. Returns the key as it is
  /// stored.
  boost::asio::awaitable<StoredKey> add(StoredKey key);

  /// Changes a key; `change` may be called several times. Returns the key as it is then, or nullopt if there
  /// is none. Throws Error(overloaded) too.
  boost::asio::awaitable<std::optional<StoredKey>> change(KeyId id, std::function<void(StoredKey&)> change);

  /// Removes a key. Returns false if there is none. Throws Error(overloaded) too.
  boost::asio::awaitable<bool> remove(KeyId id);

  using Document = engine::VersionedDocuments::Document;
  /// Returns the documents of all keys, as a backup keeps them.
  boost::asio::awaitable<std::vector<Document>> documents() { return documents_.all(); }
  /// Puts back a key that a backup has kept, unless there is one of that id. Throws std::exception if the
  /// text is not one of a key.
  boost::asio::awaitable<void> restore(Document document);

  /// The hour in which a key was used last, in seconds since 1970.
  using Uses = std::map<KeyId, std::int64_t>;
  boost::asio::awaitable<Uses> uses();
  boost::asio::awaitable<void> record_uses(Uses uses);

  /// Removes what is left of keys that were deleted more than an hour ago.
  boost::asio::awaitable<void> purge();

 private:
  boost::asio::awaitable<void> bootstrap_uses();

  engine::Engine& engine_;
  engine::VersionedDocuments documents_;
  std::atomic<bool> has_uses_ = false;
};

}  // namespace annals::access
