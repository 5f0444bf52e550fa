#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "ids/uuid.h"
#include "text/time.h"

namespace annals::engine {

/// A small table of JSON documents that several instances read and change. Each change of a document is a row
/// with its next version, and the highest version counts. A change reads the document, and its insert claims
/// the version that follows by its deduplication token: of several inserts with one token ClickHouse takes
/// the first, so of two changes that have read the same version one wins, and the other reads again. The
/// table's constraint refuses an insert that comes later than a change may take, long before its token can be
/// forgotten. An empty document is one that was removed. Thread-safe; every call throws EngineError, and
/// std::runtime_error for an answer that is malformed.
class VersionedDocuments {
 public:
  /// `engine` must outlive this object. `table` is a literal such as `default.annals_keys`, and `comment`
  /// says to those who look into ClickHouse what it holds.
  VersionedDocuments(Engine& engine, std::string_view table, std::string_view comment)
      : engine_(engine), table_(table), comment_(comment) {}

  /// Creates the table if it is missing. The other calls do so themselves.
  boost::asio::awaitable<void> bootstrap();

  struct Document {
    Uuid id = {};
    std::uint64_t version = 0;  // 0: it has never been there
    std::string text = {};      // JSON; empty: it is not there
  };

  /// Returns all documents that are there.
  boost::asio::awaitable<std::vector<Document>> all();

  /// Returns one document. Its version is 0 if it has never been there.
  boost::asio::awaitable<Document> find(Uuid id);

  /// A version of a document.
  struct Version {
    Uuid id = {};
    std::uint64_t number = 0;
  };
  /// Returns the newest versions of all documents that are there.
  boost::asio::awaitable<std::vector<Version>> versions();

  /// Returns a text that differs from an earlier one if, and only if, any document has changed in between.
  boost::asio::awaitable<std::string> fingerprint();

  /// The document that a change builds on.
  struct Current {
    std::string text = {};
    Timestamp now = {};  // the time of the engine's clock
  };
  /// Returns what the document is to be: an empty text to remove it, nullopt to leave it. It may be called
  /// several times, and must recognise its own change. What it throws ends the change.
  using Decide = std::function<std::optional<std::string>(const Current& current)>;

  /// Changes one document. Returns once the change is durable, or throws Error(overloaded) if others were
  /// faster again and again. After an EngineError of another kind than `refused` it is unknown whether the
  /// change was done; it is done within kLongestChange or never.
  boost::asio::awaitable<void> change(Uuid id, Decide decide);
  static constexpr std::chrono::seconds kLongestChange{20};

  /// Writes a document whose owner has come back, whatever there is of it. Its version is above all that an
  /// earlier life of the owner has used, also those that were forgotten: neither a change nor a forget() of
  /// that life, however late it comes, undoes it. Otherwise as change().
  boost::asio::awaitable<void> restore(Uuid id, std::string text);

  /// Removes everything of a document up to that version, which its caller has seen before it found out that
  /// its owner is gone: what was restored since stays.
  boost::asio::awaitable<void> forget(Version seen);

  /// Removes what is left of documents that were removed more than an hour ago. Returns their ids.
  boost::asio::awaitable<std::vector<Uuid>> purge();

 private:
  struct Latest;
  struct Claim;
  /// Says whose versions a change is above: those that are there, or also all of earlier lives of the owner.
  enum class Above : bool { existing, earlier_lives };

  boost::asio::awaitable<Latest> latest(Uuid id);
  boost::asio::awaitable<void> change_above(Above above, Uuid id, Decide decide);
  boost::asio::awaitable<bool> claim(Claim claim);
  boost::asio::awaitable<bool> send(Insert insert);

  Engine& engine_;
  const std::string table_;
  const std::string comment_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::engine
