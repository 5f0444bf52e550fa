#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"

namespace annals::history {

/// A result with a text before it. The embedded engine formats each part of a stream by itself, so it would
/// put the names of the columns before every one.
std::unique_ptr<engine::ResultStream> with_head(std::string head, std::unique_ptr<engine::ResultStream> rows);

/// Stored rows (stored_row.h) as lines of JSON.
std::unique_ptr<engine::ResultStream> json_lines(std::unique_ptr<engine::ResultStream> rows);

}  // namespace annals::history
