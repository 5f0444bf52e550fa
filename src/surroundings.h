// What the configuration says about the way between the server and its clients.
#pragma once

#include <memory>

#include "backup/jobs.h"
#include "config/config.h"
#include "http/server/server.h"
#include "http/server/tls/contexts.h"
#include "ops/tracer.h"
#include "upkeep/round.h"

namespace annals {

/// Returns null if the service speaks HTTP without TLS. Throws std::runtime_error, for the operator to read.
std::shared_ptr<http::TlsContexts> load_certificates(const config::Config& config);

/// `tracer` must outlive the server.
http::ServerSurroundings surroundings(const config::Config& config,
                                      const std::shared_ptr<http::TlsContexts>& certificates,
                                      const ops::Tracer& tracer);

/// Returns the round that runs the jobs of backups, which must outlive it.
upkeep::Round backups_round(backup::Jobs& jobs);
/// Returns the round that renews the mark of the backup that the running job uses.
upkeep::Round backup_use_round(backup::Jobs& jobs);

/// Returns the round that replaces the certificate when its files change.
upkeep::Round certificates_round(std::shared_ptr<http::TlsContexts> certificates);

}  // namespace annals
