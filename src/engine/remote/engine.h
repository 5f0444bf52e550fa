#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "crypto/secret.h"
#include "engine/engine.h"

namespace annals::engine {

struct RemoteSettings {
  std::string endpoint;  // http(s)://host:port
  std::string user = "default";
  crypto::Secret password{""};
  std::string ca_file = {};  // certificates to trust besides the system's; empty: none
  std::size_t connections = 8;
  std::size_t max_waiting = 1024;
  std::chrono::milliseconds statement_timeout{30'000};
};

/// Returns an Engine over the HTTP interface of a ClickHouse server
/// (https://clickhouse.com/docs/interfaces/http), on connections that are kept alive. It does not connect
/// yet: an unreachable server shows in the calls.
std::unique_ptr<Engine> make_remote_engine(const RemoteSettings& settings);

}  // namespace annals::engine
