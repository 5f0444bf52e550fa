#include "files/file_ids.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "crypto/digest.h"

namespace annals::files {
namespace {

constexpr std::size_t kTagSize = 6;  // bytes

crypto::Sha256 tag_of(const Uuid& uuid, ClientId owner) {
  const std::size_t before = uuid.size() - kTagSize;
  const std::string_view random(reinterpret_cast<const char*>(&*uuid.begin()), before);
  return crypto::hmac_sha256(owner.text(), fmt::format("annals file id 1\n{}", random));
}

/// Returns the bytes of the tag.
std::span<std::uint8_t> tag_in(Uuid& uuid) {
  return std::span(uuid.begin(), uuid.size()).last(kTagSize);
}

}  // namespace

FileId make_file_id(ClientId owner) {
  Uuid uuid = random_uuid();
  const auto tag = tag_of(uuid, owner);
  std::ranges::copy_n(tag.begin(), kTagSize, tag_in(uuid).begin());
  return FileId(uuid);
}

bool bears_tag_of(FileId file, ClientId owner) {
  Uuid uuid = file.uuid();
  const auto tag = tag_of(uuid, owner);
  return std::ranges::equal(tag_in(uuid), std::span(tag).first(kTagSize));
}

bool is_of_an_earlier(const std::vector<ClientId>& tenants, FileId file, ClientId owner) {
  if (bears_tag_of(file, owner)) return false;
  return std::ranges::any_of(
      tenants, [&](ClientId earlier) { return earlier != owner && bears_tag_of(file, earlier); });
}

}  // namespace annals::files
