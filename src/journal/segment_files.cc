#include "journal/segment_files.h"

#include <utility>

namespace annals::journal {

void SegmentFiles::begin(const Segment::Header& header) {
  last_ = header.key.number;
  files_[last_].header = header;
}

void SegmentFiles::add(std::uint64_t number, const Record& record) {
  File& file = files_.at(number);
  ++file.unmoved;
  file.unmoved_bytes += record.bytes.size();
  file.bytes += record.bytes.size();
  file.owners.insert(record.owner);
}

void SegmentFiles::add_unneeded(std::uint64_t number, const Record& record) {
  files_.at(number).owners.insert(record.owner);
}

void SegmentFiles::moved(std::uint64_t number, const Record& record) {
  File& file = files_.at(number);
  --file.unmoved;
  file.unmoved_bytes -= record.bytes.size();
}

std::vector<std::uint64_t> SegmentFiles::emptied() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, file] : files_) {
    if (file.unmoved == 0 && number < last_) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::uint64_t> SegmentFiles::sparse() const {
  constexpr std::uint64_t kYoung = 8;  // segments that may empty by themselves
  constexpr std::size_t kMost = 4;     // at a time
  constexpr std::size_t kSparse = 8;   // an eighth is needed
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, file] : files_) {
    if (number + kYoung > last_ || numbers.size() == kMost) break;
    if (file.unmoved > 0 && file.unmoved_bytes * kSparse < file.bytes) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::uint64_t> SegmentFiles::holding(const ClientId& owner) const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, file] : files_) {
    if (file.owners.contains(owner)) numbers.push_back(number);
  }
  return numbers;
}

void SegmentFiles::rewritten(std::uint64_t number, const std::vector<const Record*>& records) {
  File& file = files_.at(number);
  file.owners.clear();
  file.bytes = 0;
  for (const Record* record : records) {
    file.owners.insert(record->owner);
    file.bytes += record->bytes.size();
  }
}

}  // namespace annals::journal
