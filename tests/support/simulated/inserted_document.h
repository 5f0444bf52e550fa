#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "engine/engine.h"
#include "engine/row_binary.h"
#include "ids/uuid.h"

namespace annals::support {

/// What the insert of a version of an engine::VersionedDocuments says first.
struct InsertedDocument {
  std::string id;
  std::string claim;  // of the attempt

  static InsertedDocument of(const engine::Insert& insert) {
    constexpr std::size_t kIdAndVersion = 24;
    return {.id = uuid_at(insert.rows.data()), .claim = uuid_at(insert.rows.data() + kIdAndVersion)};
  }

 private:
  static std::string uuid_at(const char* bytes) {
    Uuid uuid;
    std::ranges::copy(engine::read_uuid(bytes), uuid.begin());
    return uuid_text(uuid);
  }
};

}  // namespace annals::support
