#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"

namespace annals::engine {

/// Runs a `SELECT count() …` and returns whether the count is above zero. Throws EngineError.
boost::asio::awaitable<bool> counts_any(Engine& engine, Statement statement);

}  // namespace annals::engine
