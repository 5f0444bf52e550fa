#include "cli/import/sources/csv_records.h"

#include <utility>

#include <fmt/format.h>

#include "cli/import/sources/bytes.h"

namespace annals::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

}  // namespace

void CsvRecords::add(std::string_view part, const Take& take) {
  for (const char c : part) {
    if (++size_ > kMostBytes) complain();
    if (state_ == State::quoted) {
      take_quoted(c);
    } else {
      take_other(c, take);
    }
  }
}

void CsvRecords::finish(const Take& take) {
  if (state_ == State::quoted) complain();
  if (size_ > 0) end_record(take);
}

void CsvRecords::take_quoted(char c) {
  if (c == '"') {
    state_ = State::after_quote;
    return;
  }
  if (c == '\n') ++record_.lines;
  field_ += c;
}

void CsvRecords::take_other(char c, const Take& take) {
  if (c == delimiter_) {
    end_field();
  } else if (c == '\n') {
    end_record(take);
  } else if (c == '"' && state_ == State::at_start) {
    state_ = State::quoted;
  } else if (c == '"' && state_ == State::after_quote) {
    field_ += '"';
    state_ = State::quoted;
  } else {
    field_ += c;
    state_ = State::unquoted;
  }
}

void CsvRecords::end_field() {
  record_.fields.push_back(std::exchange(field_, {}));
  state_ = State::at_start;
}

void CsvRecords::end_record(const Take& take) {
  // The line break may be "\r\n". The "\r" before a closing quote belongs to the field.
  if (state_ == State::unquoted && field_.ends_with('\r')) field_.pop_back();
  end_field();
  size_ = 0;
  number_ += record_.lines;
  take(std::exchange(record_, {}));
}

void CsvRecords::complain() const {
  throw BrokenFile(
      fmt::format("the record that begins in line {} has no end; is a quote missing in it?", number_));
}

}  // namespace annals::cli
