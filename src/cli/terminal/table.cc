#include "cli/terminal/table.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/terminal/output.h"
#include "cli/terminal/printable.h"
#include "text/utf8.h"

namespace annals::cli {
namespace {

constexpr std::string_view kGap = "  ";

std::string padded(const std::string& cell, std::size_t width, Table::Align align) {
  const std::size_t size = text::code_points(cell);
  const std::string blanks(width - std::min(width, size), ' ');
  return align == Table::Align::left ? cell + blanks : blanks + cell;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) widths_.push_back(column.name.size());
}

void Table::add(const std::vector<std::string>& cells) {
  Row row;
  row.reserve(cells.size());
  for (const std::string& cell : cells) row.push_back(printable(cell));
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    widths_[i] = std::max(widths_[i], text::code_points(row.at(i)));
  }
  rows_.push_back(std::move(row));
}

void Table::print() {
  if (!has_names_) {
    Row names;
    names.reserve(columns_.size());
    for (const Column& column : columns_) names.push_back(column.name);
    print_line(in_colour(Colour::bold, line_of(names)));
    has_names_ = true;
  }
  for (const Row& row : rows_) print_line(line_of(row));
  rows_.clear();
}

std::string Table::line_of(const Row& row) const {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += kGap;
    line += padded(row[i], widths_[i], columns_[i].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  const std::size_t width = output_width();
  return width == 0 ? line : shortened(line, width);
}

void print_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::size_t width = 0;
  for (const auto& [name, value] : facts) width = std::max(width, name.size());
  for (const auto& [name, value] : facts) {
    const std::string blanks(width - name.size() + 2, ' ');
    print_line(
        fmt::format("{}{}{}", in_colour(Colour::bold, fmt::format("{}:", name)), blanks, printable(value)));
  }
}

}  // namespace annals::cli
