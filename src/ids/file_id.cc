#include "ids/file_id.h"

#include <boost/uuid/uuid_io.hpp>

namespace annals {

FileId FileId::random() {
  return FileId(random_uuid());
}

std::optional<FileId> FileId::parse(std::string_view text) {
  const auto uuid = parse_uuid(text);
  if (!uuid) return std::nullopt;
  return FileId(*uuid);
}

std::string FileId::text() const {
  return boost::uuids::to_string(uuid_);
}

}  // namespace annals
