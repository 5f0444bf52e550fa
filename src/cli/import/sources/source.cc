#include "cli/import/sources/source.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cli/import/sources/csv_events.h"
#include "cli/import/sources/file_kind.h"
#include "cli/import/sources/parquet_csv.h"
#include "cli/import/sources/unpacked.h"

namespace annals::cli {
namespace {

constexpr std::size_t kLongestFirstLine = std::size_t{64} << 10U;

}  // namespace

Source::Source(int descriptor) {
  PeekedBytes* bytes = &add(std::make_unique<FileBytes>(descriptor));
  if (auto inside = unpacked(bytes->peek(kBytesThatTellAKind), *bytes)) {
    is_plain_ = false;
    bytes = &add(std::move(inside));
  }
  if (is_plain_ && bytes->peek(kBytesThatTellAKind).starts_with("PAR1")) {
    is_plain_ = false;
    bytes = &add(parquet_csv(descriptor));
  }
  if (auto kind = foreign_kind(bytes->peek(kBytesThatTellAKind))) throw ForeignFile(*kind);
  top_ = bytes;
  const auto delimiter = delimiter_of_events(bytes->peek(kLongestFirstLine, '\n'));
  if (!delimiter) return;
  is_plain_ = false;
  readers_.push_back(csv_events(*bytes, *delimiter));
  top_ = readers_.back().get();
}

Source::~Source() {
  while (!readers_.empty()) readers_.pop_back();
}

PeekedBytes& Source::add(std::unique_ptr<Bytes> bytes) {
  readers_.push_back(std::move(bytes));
  auto peeked = std::make_unique<PeekedBytes>(*readers_.back());
  PeekedBytes& result = *peeked;
  readers_.push_back(std::move(peeked));
  return result;
}

void Source::skip(std::uint64_t size) {
  constexpr std::size_t kPart = std::size_t{1} << 20U;
  std::string part(kPart, '\0');
  while (size > 0) {
    const std::size_t got = read(part.data(), std::min<std::uint64_t>(size, part.size()));
    if (got == 0) throw BrokenFile("it ends before the place at which it is to be resumed; use --restart");
    size -= got;
  }
}

std::size_t Source::read(char* to, std::size_t size) {
  return top_->read(to, size);
}

}  // namespace annals::cli
