#include "events/row.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <boost/uuid/uuid_io.hpp>

#include "engine/row_binary.h"
#include "text/time.h"

namespace annals::events {
namespace {

using text::format_time;

/// Takes values off a row; after the bytes have ended it gives nothing of meaning.
class Reader {
 public:
  Reader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  template <class Integer>
  Integer integer() {
    return has(sizeof(Integer)) ? engine::read_integer<Integer>(take(sizeof(Integer))) : Integer{};
  }
  Uuid uuid() {
    Uuid id = {};
    if (has(sizeof id.data)) std::ranges::copy(engine::read_uuid(take(sizeof id.data)), id.begin());
    return id;
  }
  std::string_view string() {
    const auto size = whole_ ? engine::read_varint(bytes_, at_) : std::nullopt;
    whole_ = size.has_value();
    return whole_ && has(*size) ? std::string_view(take(*size), *size) : std::string_view();
  }

  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  bool has(std::size_t size) {
    whole_ = whole_ && bytes_.size() - at_ >= size;
    return whole_;
  }
  const char* take(std::size_t size) {
    const char* from = bytes_.data() + at_;
    at_ += size;
    return from;
  }

  std::string_view bytes_;
  std::size_t at_;
  bool whole_ = true;
};

void append_uuid(std::string& text, const Uuid& id) {
  constexpr std::size_t kSize = 36;
  const std::size_t end = text.size();
  text.resize(end + kSize);
  boost::uuids::to_chars(id, text.data() + end, text.data() + end + kSize);
}

}  // namespace

Position StoredRow::position() const {
  return {.record_id = record_id,
          .event_time = event_time,
          .event_id = event_id,
          .block = block,
          .place = place,
          .commit = commit};
}

std::optional<StoredRow> read_row(std::string_view rows, std::size_t& at) {
  Reader reader(rows, at);
  StoredRow row;
  row.commit = reader.integer<std::uint64_t>();
  row.place = reader.integer<std::uint32_t>();
  row.event_id = reader.uuid();
  row.event_time = Timestamp(std::chrono::milliseconds(reader.integer<std::int64_t>()));
  row.event_type_id = reader.integer<std::uint32_t>();
  row.record_id = reader.integer<std::uint64_t>();
  row.source_type_id = reader.integer<std::uint32_t>();
  row.source_id = reader.integer<std::uint64_t>();
  row.event_data = reader.string();
  const bool no_file = reader.integer<std::uint8_t>() != 0;
  if (!no_file) row.file_id = reader.uuid();
  row.other_fields = reader.string();
  row.block = reader.integer<std::uint64_t>();
  if (!reader.whole()) return std::nullopt;
  at = reader.at();
  return row;
}

void append_json(std::string& text, const StoredRow& row) {
  text += R"({"event_id":")";
  append_uuid(text, row.event_id);
  fmt::format_to(
      std::back_inserter(text),
      R"(","event_time":"{}","event_type_id":{},"record_id":{},"source_type_id":{},"source_id":{},"event_data":)",
      format_time(row.event_time), row.event_type_id, row.record_id, row.source_type_id, row.source_id);
  text += row.event_data;
  text += R"(,"file_id":)";
  if (row.file_id) {
    text += '"';
    append_uuid(text, *row.file_id);
    text += '"';
  } else {
    text += "null";
  }
  if (!row.other_fields.empty()) {  // an object: its members go on here, and its brace ends this one
    text += ',';
    text += row.other_fields.substr(1);
  } else {
    text += '}';
  }
}

}  // namespace annals::events
