#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ids/id.h"

namespace annals::lanes {

/// Remembers approximately which ids are in a table: it has no false negatives, and false positives for about
/// one id in a hundred thousand, so that a commit of tens of thousands seldom meets one. It takes 40 to 80
/// bits per id; when that exceeds its limit it is saturated and knows every id. It consists of layers of a
/// Bloom filter, each twice as large as the one before (Almeida and others, Scalable Bloom Filters, 2007);
/// all bits of an id are in one cache line (Putze and others, Cache-, Hash- and Space-Efficient Bloom
/// Filters, 2007). Not safe for concurrent use.
class KnownIds {
 public:
  explicit KnownIds(std::size_t max_bytes);

  void add(const EventId& id);
  [[nodiscard]] bool may_contain(const EventId& id) const;

  /// Returns whether the limit was reached: every id then counts as known.
  [[nodiscard]] bool is_saturated() const { return layers_.empty(); }

  /// Adds all ids and returns those that may have been known before; a repeated id is known from its second
  /// occurrence on.
  std::vector<EventId> add_all(std::span<const EventId> ids);
  [[nodiscard]] std::size_t bytes() const;

 private:
  /// A cache line.
  struct alignas(64) Block {
    std::array<std::uint64_t, 8> words{};
  };
  struct Layer {
    explicit Layer(std::size_t count);
    std::size_t room;           // ids that may still be added
    std::vector<Block> blocks;  // their number is a power of two
  };
  struct Hash {
    std::uint64_t block;
    std::array<std::uint64_t, 2> bits;
  };
  [[nodiscard]] Hash hash(const EventId& id) const;
  static std::array<std::uint64_t, 8> mask(const Hash& hash);
  void add(const Hash& hash);
  void add_layer();
  [[nodiscard]] bool may_contain(const Hash& hash) const;

  std::array<std::uint64_t, 2> seed_;  // random: whoever makes ids cannot make them collide
  std::size_t max_bytes_;
  std::vector<Layer> layers_;  // empty: saturated
};

}  // namespace annals::lanes
