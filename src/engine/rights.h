#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"

namespace annals::engine {

/// Throws Error(engine_unavailable), with a detail for the operator, if the engine's user may not do what
/// Annals needs: rights are missing (docs/operations.md has the GRANT statements), or the user's profile
/// forbids settings that the statements have. Throws EngineError if the engine cannot be asked.
boost::asio::awaitable<void> check_rights(Engine& engine);

}  // namespace annals::engine
