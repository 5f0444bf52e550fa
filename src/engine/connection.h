#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.h"
#include "io/http_client.h"

namespace annals::engine {

/// Wraps one connection to the engine, for one thread: each call blocks until the engine has answered. Both
/// adapters implement it; PooledEngine makes an Engine of several. Every call throws EngineError.
class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  using Sink = Engine::Sink;

  /// The deadline for reading a result.
  enum class Deadline : std::uint8_t {
    of_statement,  // the result must be read within the time of a statement
    of_reader,     // reading may take as long as the reader needs
  };

  /// Sets the headers that say which trace the next statements belong to. A connection that has nobody to
  /// give them to does nothing.
  virtual void belong_to(const io::HttpHeaders& /*trace*/) {}

  virtual std::string query(const Statement& statement) = 0;
  /// Runs a statement that changes something. Once it returns, the change is as durable as the engine's
  /// settings make it.
  virtual void execute(const Statement& statement) = 0;
  virtual void insert(const Insert& insert) = 0;
  virtual void make_durable() = 0;
  /// Passes the result to `sink` as it arrives. If the result breaks off, what arrived is passed on before
  /// the error is thrown.
  virtual void stream(const Statement& statement, const Sink& sink, Deadline deadline) = 0;
};

}  // namespace annals::engine
