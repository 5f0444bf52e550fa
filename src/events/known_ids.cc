#include "events/known_ids.h"

#include <bit>
#include <cstring>
#include <random>

namespace annals::events {
namespace {

constexpr std::size_t kFirstLayer = 4096;  // ids
constexpr std::size_t kGrowth = 4;
constexpr std::size_t kBitsPerId = 20;
constexpr std::size_t kBlockBits = 512;

/// The finaliser of SplitMix64 (Steele and others, 2014).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

}  // namespace

KnownIds::Layer::Layer(std::size_t ids) : room(ids), blocks(std::bit_ceil(ids * kBitsPerId / kBlockBits)) {}

KnownIds::KnownIds() : seed_() {
  std::random_device entropy;
  for (std::uint64_t& word : seed_) word = (std::uint64_t{entropy()} << 32U) | entropy();
  layers_.emplace_back(kFirstLayer);
}

KnownIds::Hash KnownIds::hash(const Uuid& id) const {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), id.data, sizeof halves);
  const std::uint64_t first = mix(halves[0] ^ seed_[0]) ^ halves[1];
  return {.block = mix(first ^ seed_[1]), .bits = mix(first + seed_[0])};
}

/// One bit in each of the block's eight words: six bits of the hash choose which.
std::array<std::uint64_t, 8> KnownIds::mask(std::uint64_t bits) {
  constexpr unsigned kBitsPerWord = 6;
  std::array<std::uint64_t, 8> result{};
  for (std::uint64_t& word : result) {
    word = std::uint64_t{1} << (bits & 63U);
    bits >>= kBitsPerWord;
  }
  return result;
}

void KnownIds::add(const Uuid& id) {
  add(hash(id));
}

bool KnownIds::may_contain(const Uuid& id) const {
  return may_contain(hash(id));
}

std::vector<Uuid> KnownIds::add_all(std::span<const Uuid> ids) {
  // The blocks of large layers are in no cache: they are asked for some ids in advance.
  constexpr std::size_t kAhead = 16;
  std::array<Hash, kAhead> hashes{};
  const auto announce = [&](std::size_t i) {
    if (i >= ids.size()) return;
    hashes[i % kAhead] = hash(ids[i]);
    for (const Layer& layer : layers_)
      __builtin_prefetch(&layer.blocks[hashes[i % kAhead].block & (layer.blocks.size() - 1)]);
  };
  for (std::size_t i = 0; i < kAhead; ++i) announce(i);
  std::vector<Uuid> known;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Hash wanted = hashes[i % kAhead];
    announce(i + kAhead);
    if (may_contain(wanted)) known.push_back(ids[i]);
    add(wanted);
  }
  return known;
}

void KnownIds::add(const Hash& hash) {
  if (layers_.back().room == 0)
    layers_.emplace_back(layers_.back().blocks.size() * kBlockBits / kBitsPerId * kGrowth);
  Layer& layer = layers_.back();
  --layer.room;
  const auto [block, bits] = hash;
  auto& words = layer.blocks[block & (layer.blocks.size() - 1)].words;
  const auto wanted = mask(bits);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] |= wanted[i];
}

bool KnownIds::may_contain(const Hash& hash) const {
  const auto [block, bits] = hash;
  const auto wanted = mask(bits);
  for (const Layer& layer : layers_) {
    const auto& words = layer.blocks[block & (layer.blocks.size() - 1)].words;
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < words.size(); ++i) missing |= wanted[i] & ~words[i];
    if (missing == 0) return true;
  }
  return false;
}

std::size_t KnownIds::bytes() const {
  std::size_t blocks = 0;
  for (const Layer& layer : layers_) blocks += layer.blocks.size();
  return blocks * sizeof(Block);
}

}  // namespace annals::events
