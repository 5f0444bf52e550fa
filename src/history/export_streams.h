#pragma once

#include <memory>

#include "engine/engine.h"
#include "events/row.h"

namespace annals::history {

/// Turns stored rows (events/row.h, in the shape `event`) into lines of JSON.
std::unique_ptr<engine::ResultStream> json_lines(std::unique_ptr<engine::ResultStream> rows,
                                                 events::NumberStyle style);

/// Turns stored rows into CSV with a first line of names.
std::unique_ptr<engine::ResultStream> csv_lines(std::unique_ptr<engine::ResultStream> rows);

/// Puts the first line of names before lines of CSV that the engine has made. The embedded engine formats
/// each part of a stream by itself, so it would put the names before every part.
std::unique_ptr<engine::ResultStream> with_csv_head(std::unique_ptr<engine::ResultStream> lines);

}  // namespace annals::history
