#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "events/event.h"

namespace annals::events {

/// Remembers ids that are in a table, roughly: what it has been told it always knows, and of the others it
/// mistakes about one in ten thousand for known. 20 bits per id. A scalable Bloom filter (Almeida and others,
/// 2007): layers, each four times as large as the one before. Not safe for concurrent use.
class KnownIds {
 public:
  KnownIds();

  void add(const Uuid& id);
  [[nodiscard]] bool may_contain(const Uuid& id) const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Layer {
    explicit Layer(std::size_t ids);
    std::size_t room;                  // ids that may still be added
    std::vector<std::uint64_t> words;  // a power of two of them
  };
  struct Hash {
    std::uint64_t first, second;
  };
  [[nodiscard]] Hash hash(const Uuid& id) const;

  std::array<std::uint64_t, 2> seed_;  // random: whoever makes ids cannot make them collide
  std::vector<Layer> layers_;
};

}  // namespace annals::events
