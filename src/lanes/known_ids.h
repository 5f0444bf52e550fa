#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "events/event.h"

namespace annals::lanes {

/// Remembers ids that are in a table, roughly: what it has been told it always knows, and of the others it
/// mistakes about one in a hundred thousand for known, so that a commit of tens of thousands seldom meets
/// one. 40 to 80 bits per id; when that is more than it may take, it gives up and knows every id. Layers of a
/// Bloom filter, each twice as large as the one before (Almeida and others, Scalable Bloom Filters, 2007);
/// all bits of an id lie in one cache line (Putze and others, Cache-, Hash- and Space-Efficient Bloom
/// Filters, 2007). Not safe for concurrent use.
class KnownIds {
 public:
  explicit KnownIds(std::size_t max_bytes);

  void add(const Uuid& id);
  [[nodiscard]] bool may_contain(const Uuid& id) const;

  /// Whether every id counts as known.
  [[nodiscard]] bool gave_up() const { return layers_.empty(); }

  /// Adds all and gives those that may have been known before, of a repeated id all but the first among them.
  std::vector<Uuid> add_all(std::span<const Uuid> ids);
  [[nodiscard]] std::size_t bytes() const;

 private:
  /// As large as a cache line and in one.
  struct alignas(64) Block {
    std::array<std::uint64_t, 8> words{};
  };
  struct Layer {
    explicit Layer(std::size_t count);
    std::size_t room;           // ids that may still be added
    std::vector<Block> blocks;  // a power of two of them
  };
  struct Hash {
    std::uint64_t block;
    std::array<std::uint64_t, 2> bits;
  };
  [[nodiscard]] Hash hash(const Uuid& id) const;
  static std::array<std::uint64_t, 8> mask(const Hash& hash);
  void add(const Hash& hash);
  void add_layer();
  [[nodiscard]] bool may_contain(const Hash& hash) const;

  std::array<std::uint64_t, 2> seed_;  // random: whoever makes ids cannot make them collide
  std::size_t max_bytes_;
  std::vector<Layer> layers_;  // none: it has given up
};

}  // namespace annals::lanes
