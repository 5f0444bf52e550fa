// What the configuration says about the way between the server and its clients.
#pragma once

#include <memory>
#include <string>

#include "backup/jobs.h"
#include "config/config.h"
#include "files/file_store.h"
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

/// Returns the origin of attached files as pages of ours load them, "https://host:port". It is empty if URLs
/// of files lead to where the page comes from.
std::string file_origin(const config::Config& config, const files::FileStore& files);

/// Returns the round that runs the jobs of backups, which must outlive it.
upkeep::Round backups_round(backup::Jobs& jobs);
/// Returns the round that renews the mark of the backup that the running job uses.
upkeep::Round backup_use_round(backup::Jobs& jobs);

/// Returns the round that replaces the certificate when its files change.
upkeep::Round certificates_round(std::shared_ptr<http::TlsContexts> certificates);

}  // namespace annals
