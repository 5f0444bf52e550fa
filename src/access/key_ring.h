#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "access/key_table.h"
#include "access/stored_key.h"

namespace annals::access {

/// Holds all keys that were made over the API in memory, so that no request asks the engine for one.
/// Thread-safe.
class KeyRing {
 public:
  struct Settings {
    /// Whether no other instance changes keys: what was read once then stays true.
    bool is_alone = false;
    /// For how long keys are believed after they were read for the last time, because the engine does not
    /// answer. Nobody could use a key for long in that case, but a deleted one must not stay valid either.
    std::chrono::milliseconds valid_for{60'000};
  };

  /// `table` must outlive this object.
  KeyRing(KeyTable& table, Settings settings) : table_(table), settings_(settings) {}

  /// Returns the key that has this plain form, or null if there is none that is valid now, and takes note of
  /// its use. Throws Error(engine_unavailable) if the text has the form of a key and the keys are not known.
  /// The time that it takes depends neither on the secret nor on where two of them differ.
  std::shared_ptr<const StoredKey> find(std::string_view presented);

  /// Returns the key of that id, or null if there is none that is valid now. Throws as find().
  [[nodiscard]] std::shared_ptr<const StoredKey> find_valid(const KeyId& id) const;

  /// Reads the keys again if they have changed. Throws engine::EngineError; what is known then stays.
  boost::asio::awaitable<void> refresh();

  /// Reads the keys again after this instance has changed one, so that it sees the change at once. Throws as
  /// refresh(), which then catches up.
  boost::asio::awaitable<void> reload();

  /// Stores when the keys were used, once per key and hour. Throws engine::EngineError; what was not stored
  /// then comes with the next call.
  boost::asio::awaitable<void> record_uses();

  /// Returns the hour in which this instance has seen the key last, or nullopt.
  [[nodiscard]] std::optional<Timestamp> last_use(const KeyId& id) const;

  /// Returns when the next of the keys expires that are valid now, if one will.
  [[nodiscard]] std::optional<Timestamp> next_expiry(Timestamp now) const;

  /// Returns how many keys there are.
  [[nodiscard]] std::size_t size() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// The hours in which a key was used last and for which that was stored last, in seconds since 1970.
  struct Use {
    std::atomic<std::int64_t> used = 0;
    std::atomic<std::int64_t> stored = 0;
  };
  struct Entry {
    std::shared_ptr<const StoredKey> key;
    std::shared_ptr<Use> use;
  };
  using Entries = std::map<KeyId, Entry>;
  struct Known;

  [[nodiscard]] std::shared_ptr<const Entries> entries() const;
  [[nodiscard]] bool must_look() const;
  std::uint64_t begin_read();
  void take_over(std::uint64_t read, Clock::time_point began, std::string fingerprint,
                 std::vector<StoredKey> keys);
  bool confirm(Clock::time_point began, const std::string& fingerprint);

  KeyTable& table_;
  const Settings settings_;
  mutable std::mutex mutex_;                // guards what follows
  std::shared_ptr<const Entries> entries_;  // null until they were read
  Clock::time_point read_at_;               // when the last successful read began
  std::string fingerprint_;                 // of `entries_`, or of an earlier state
  std::uint64_t reads_begun_ = 0;           // each read has a number
  std::uint64_t shown_ = 0;                 // the number of the read that `entries_` come from
  std::uint64_t needed_ = 1;                // the number of the read that shows all changes of this instance
};

}  // namespace annals::access
