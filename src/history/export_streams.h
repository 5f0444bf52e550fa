#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"

namespace annals::history {

/// Puts a text before a result. The embedded engine formats each part of a stream by itself, so it would put
/// the names of the columns before every part.
std::unique_ptr<engine::ResultStream> with_head(std::string head, std::unique_ptr<engine::ResultStream> rows);

/// Turns stored rows (events/row.h, in the shape `event`) into lines of JSON.
std::unique_ptr<engine::ResultStream> json_lines(std::unique_ptr<engine::ResultStream> rows);

}  // namespace annals::history
