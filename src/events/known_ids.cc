#include "events/known_ids.h"

#include <bit>
#include <cstring>
#include <random>

namespace annals::events {
namespace {

constexpr std::size_t kFirstLayer = 4096;  // ids
constexpr std::size_t kGrowth = 4;
constexpr std::size_t kBitsPerId = 20;
constexpr unsigned kProbes = 13;  // bits per id · ln 2
constexpr std::size_t kWordBits = 64;

/// The finaliser of SplitMix64 (Steele and others, 2014).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

}  // namespace

KnownIds::Layer::Layer(std::size_t ids) : room(ids), words(std::bit_ceil(ids * kBitsPerId / kWordBits)) {}

KnownIds::KnownIds() : seed_() {
  std::random_device entropy;
  for (std::uint64_t& word : seed_) word = (std::uint64_t{entropy()} << 32U) | entropy();
  layers_.emplace_back(kFirstLayer);
}

KnownIds::Hash KnownIds::hash(const Uuid& id) const {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), id.data, sizeof halves);
  const std::uint64_t first = mix(halves[0] ^ seed_[0]) ^ halves[1];
  return {.first = mix(first ^ seed_[1]),
          .second = mix(first + seed_[0]) | 1U};  // odd: visits every bit of a power of two
}

void KnownIds::add(const Uuid& id) {
  if (layers_.back().room == 0)
    layers_.emplace_back(layers_.back().words.size() * kWordBits / kBitsPerId * kGrowth);
  Layer& layer = layers_.back();
  --layer.room;
  const auto [first, second] = hash(id);
  const std::uint64_t mask = layer.words.size() * kWordBits - 1;
  for (unsigned probe = 0; probe < kProbes; ++probe) {
    const std::uint64_t bit = (first + probe * second) & mask;
    layer.words[bit / kWordBits] |= std::uint64_t{1} << (bit % kWordBits);
  }
}

bool KnownIds::may_contain(const Uuid& id) const {
  const auto [first, second] = hash(id);
  for (const Layer& layer : layers_) {
    const std::uint64_t mask = layer.words.size() * kWordBits - 1;
    unsigned probe = 0;
    for (; probe < kProbes; ++probe) {
      const std::uint64_t bit = (first + probe * second) & mask;
      if ((layer.words[bit / kWordBits] >> (bit % kWordBits) & 1U) == 0) break;
    }
    if (probe == kProbes) return true;
  }
  return false;
}

std::size_t KnownIds::bytes() const {
  std::size_t words = 0;
  for (const Layer& layer : layers_) words += layer.words.size();
  return words * sizeof(std::uint64_t);
}

}  // namespace annals::events
