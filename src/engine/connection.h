#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.h"

namespace annals::engine {

/// One connection to the engine, for one thread: each call blocks until the engine has answered. Both
/// adapters are one of these; PooledEngine makes an Engine out of several. Calls throw EngineError.
class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  using Sink = Engine::Sink;

  /// How long a result may take to be read.
  enum class Patience : std::uint8_t {
    statement,  // no longer than a statement
    reader,     // as long as its reader takes
  };

  virtual std::string query(const Statement& statement) = 0;
  /// A statement that changes something: once it returns, the change stays.
  virtual void execute(const Statement& statement) = 0;
  virtual void insert(const Insert& insert) = 0;
  /// Hands the result to `sink` as it comes. An error in its middle is thrown after what came before it.
  virtual void stream(const Statement& statement, const Sink& sink, Patience patience) = 0;
};

}  // namespace annals::engine
