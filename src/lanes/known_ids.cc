#include "lanes/known_ids.h"

#include <cstring>
#include <random>

namespace annals::lanes {
namespace {

constexpr std::size_t kFirstBlocks = 256;  // for 3,276 ids
constexpr std::size_t kGrowth = 2;
constexpr std::size_t kBitsPerId = 40;
constexpr std::size_t kBlockBits = 512;

/// The finaliser of SplitMix64 (Steele and others, 2014).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

}  // namespace

KnownIds::Layer::Layer(std::size_t count) : room(count * kBlockBits / kBitsPerId), blocks(count) {}

KnownIds::KnownIds(std::size_t max_bytes) : seed_(), max_bytes_(max_bytes) {
  std::random_device entropy;
  for (std::uint64_t& word : seed_) word = (std::uint64_t{entropy()} << 32U) | entropy();
  if (kFirstBlocks * sizeof(Block) <= max_bytes_) layers_.emplace_back(kFirstBlocks);
}

KnownIds::Hash KnownIds::hash(const EventId& id) const {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), id.uuid().data, sizeof halves);
  const std::uint64_t first = mix(halves[0] ^ seed_[0]) ^ halves[1];
  const std::uint64_t second = mix(first + seed_[0]);
  return {.block = mix(first ^ seed_[1]), .bits = {second, mix(second ^ seed_[1])}};
}

/// Two bits in each of the block's eight words: six bits of a hash choose each.
std::array<std::uint64_t, 8> KnownIds::mask(const Hash& hash) {
  std::array<std::uint64_t, 8> result{};
  for (std::uint64_t bits : hash.bits) {
    for (std::uint64_t& word : result) {
      word |= std::uint64_t{1} << (bits & 63U);
      bits >>= 6U;
    }
  }
  return result;
}

void KnownIds::add(const EventId& id) {
  add(hash(id));
}

bool KnownIds::may_contain(const EventId& id) const {
  return may_contain(hash(id));
}

std::vector<EventId> KnownIds::add_all(std::span<const EventId> ids) {
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
  std::vector<EventId> known;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Hash wanted = hashes[i % kAhead];
    announce(i + kAhead);
    if (may_contain(wanted)) known.push_back(ids[i]);
    add(wanted);
  }
  return known;
}

void KnownIds::add(const Hash& hash) {
  if (!is_saturated() && layers_.back().room == 0) add_layer();
  if (is_saturated()) return;
  Layer& layer = layers_.back();
  --layer.room;
  auto& words = layer.blocks[hash.block & (layer.blocks.size() - 1)].words;
  const auto wanted = mask(hash);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] |= wanted[i];
}

void KnownIds::add_layer() {
  const std::size_t blocks = layers_.back().blocks.size() * kGrowth;
  if (bytes() + blocks * sizeof(Block) > max_bytes_) {
    layers_ = {};  // saturated
  } else {
    layers_.emplace_back(blocks);
  }
}

bool KnownIds::may_contain(const Hash& hash) const {
  if (is_saturated()) return true;
  const auto wanted = mask(hash);
  for (const Layer& layer : layers_) {
    const auto& words = layer.blocks[hash.block & (layer.blocks.size() - 1)].words;
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

}  // namespace annals::lanes
