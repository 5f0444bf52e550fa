#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace annals::cli {

/// Writes a line to standard output at once. Throws std::runtime_error if it cannot be written.
void print_line(std::string_view line);

/// Returns the number of columns of the terminal that standard output is, or 0 if it is none.
std::size_t output_width();

/// Returns whether standard output is to have colours: it is a terminal that knows them, and NO_COLOR
/// (no-color.org) is not set.
bool has_colours();

/// Names the colours that the program uses.
enum class Colour : unsigned char { bold, red, green, yellow };

/// Returns the text in a colour if has_colours(), else as it is.
[[nodiscard]] std::string in_colour(Colour colour, std::string_view text);

}  // namespace annals::cli
