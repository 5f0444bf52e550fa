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

}  // namespace annals::history
