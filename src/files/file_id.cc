#include "files/file_id.h"

#include <algorithm>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace annals::files {
namespace {

/// Boost's own reader also takes braces, and texts without hyphens.
bool has_uuid_shape(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [&](char c, char shape) {
           return shape == '-' ? c == '-' : kHex.contains(c);
         });
}

}  // namespace

FileId FileId::random() {
  boost::uuids::random_generator_pure generate{};  // the system's entropy for every id
  return FileId(generate());
}

std::optional<FileId> FileId::parse(std::string_view text) {
  if (!has_uuid_shape(text)) return std::nullopt;
  const boost::uuids::string_generator read;
  return FileId(read(text.begin(), text.end()));
}

std::string FileId::text() const {
  return boost::uuids::to_string(uuid_);
}

}  // namespace annals::files
