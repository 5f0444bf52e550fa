#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace annals::cli {

/// Prints rows for people to standard output, in columns under their names. Rows are collected until
/// print(), so that a column is as wide as what is in it; a list of any length is printed in pages. On a
/// terminal the last column is cut so that a row fits into a line. Not thread-safe.
class Table {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string name;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns);

  /// Adds a row with a cell for each column, in any bytes.
  void add(const std::vector<std::string>& cells);

  /// Prints the rows that were added since the last time, the first time with the names of the columns. A
  /// column never becomes narrower. Throws std::runtime_error if standard output cannot be written.
  void print();

 private:
  using Row = std::vector<std::string>;
  [[nodiscard]] std::string line_of(const Row& row) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<Row> rows_;
  bool has_names_ = false;  // they are printed
};

/// Prints "name: value" lines with the values in one column. Throws std::runtime_error if standard output
/// cannot be written.
void print_facts(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace annals::cli
