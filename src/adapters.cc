#include <cstdlib>
#include <memory>
#include <utility>

#include "api/local_files.h"
#include "aws/region.h"
#include "aws/sources/chain.h"
#include "backup/directory.h"
#include "backup/s3/destination.h"
#include "engine/embedded/engine.h"
#include "engine/embedded/library.h"
#include "engine/kept_free.h"
#include "engine/remote/engine.h"
#include "events/events_table.h"
#include "files/local/store.h"
#include "files/s3/store.h"
#include "ops/log.h"
#include "service.h"

namespace annals {
namespace {

/// Ends the process at once, as a crash would: what is acknowledged is in the journal or in whole tables.
void end_with(const std::string& reason) {
  ops::log(ops::Level::error, "ending; the next start checks all tables", {{"reason", reason}});
  std::_Exit(EXIT_FAILURE);
}

std::unique_ptr<engine::Engine> make_engine(const config::Config& config, config::DataDirectory& data) {
  const auto& settings = config.engine;
  if (settings.kind == config::EngineKind::remote) {
    return engine::make_remote_engine({.endpoint = settings.endpoints.at(0),
                                       .user = settings.user,
                                       .password = settings.password,
                                       .ca_file = settings.ca_file,
                                       .connections = settings.connections,
                                       .max_waiting = settings.max_waiting,
                                       .statement_timeout = settings.timeout});
  }
  ops::log(ops::Level::info, "opening the embedded engine",
           {{"library", engine::EmbeddedLibrary::find(settings.library)}});
  return engine::open_embedded_engine({.directory = data.engine(),
                                       .library = settings.library,
                                       .connections = settings.connections,
                                       .max_waiting = settings.max_waiting,
                                       .statement_timeout = settings.timeout,
                                       .max_memory_bytes = settings.max_memory_bytes,
                                       .may_sleep = events::has_present_form,
                                       .on_failed_write = end_with,
                                       .fsync = settings.fsync});
}

FilesAdapter make_local_files(const config::Config& config, config::DataDirectory& data,
                              std::function<std::string()> base_url) {
  files::FileLinks links(data.find_or_make_file_url_key(), std::move(base_url));
  auto store =
      std::make_unique<files::LocalFileStore>(data.files(), std::move(links), config.files.min_free_bytes);
  auto routes = std::make_shared<api::LocalFiles>(
      *store,
      api::UploadLimits{.max_bytes = config.files.max_bytes, .after_expiry = config.files.upload_time});
  return {.store = std::move(store),
          .add_routes = [routes = std::move(routes)](http::Router& router, const api::Admission& admission,
                                                     const api::Api::Parts& parts) {
            routes->add_to(router, admission,
                           {.history = parts.history,
                            .directory = parts.directory,
                            .engine = parts.engine,
                            .quotas = parts.quotas});
          }};
}

/// Returns the region that the AWS tools would use. A setting of ours comes first, so nothing is wrong with
/// theirs if there is one.
std::optional<aws::Region> region_of_tools(const aws::Environment& environment, bool is_needed) {
  try {
    return aws::find_region(environment);
  } catch (const aws::CredentialsError&) {
    if (is_needed) throw;
    return std::nullopt;
  }
}

/// A bucket as the configuration describes it.
struct Bucket {
  std::string use;  // for the log
  std::string setting;
  std::string endpoint;
  std::string public_endpoint;
  std::string name;
  std::optional<std::string> region;
  bool path_style = false;
};

files::S3Settings settings_of(Bucket bucket, std::chrono::milliseconds timeout) {
  const aws::Environment environment = aws::process_environment();
  const auto found = region_of_tools(environment, !bucket.region);
  const aws::Region region =
      bucket.region ? aws::Region{.name = *bucket.region, .found_in = bucket.setting + ".s3_region"}
                    : found.value_or(aws::Region{.name = "us-east-1", .found_in = "the default"});
  io::HttpClient http;
  aws::Source credentials = aws::find_source(environment, found ? found->name : region.name, http);
  ops::log(ops::Level::info, bucket.use,
           {{"bucket", bucket.name},
            {"credentials_from", credentials.name},
            {"region", region.name},
            {"region_from", region.found_in}});
  return {.endpoint = std::move(bucket.endpoint),
          .public_endpoint = std::move(bucket.public_endpoint),
          .bucket = std::move(bucket.name),
          .region = region.name,
          .path_style = bucket.path_style,
          .credentials = std::move(credentials),
          .timeout = timeout};
}

FilesAdapter make_s3_files(const config::Config& config) {
  const auto& settings = config.files;
  return {.store = std::make_unique<files::S3FileStore>(
              settings_of({.use = "files are kept in S3",
                           .setting = "files",
                           .endpoint = settings.s3_endpoint,
                           .public_endpoint = settings.s3_public_endpoint,
                           .name = settings.s3_bucket,
                           .region = settings.s3_region,
                           .path_style = settings.s3_path_style},
                          settings.timeout))};
}

std::unique_ptr<backup::Destination> make_backups(const config::Config& config) {
  const auto& settings = config.backup;
  if (!settings.s3_bucket.empty()) {
    return std::make_unique<backup::S3Destination>(settings_of({.use = "backups are kept in S3",
                                                                .setting = "backup",
                                                                .endpoint = settings.s3_endpoint,
                                                                .public_endpoint = "",
                                                                .name = settings.s3_bucket,
                                                                .region = settings.s3_region,
                                                                .path_style = settings.s3_path_style},
                                                               config.files.timeout),
                                                   settings.s3_prefix);
  }
  if (settings.directory.empty()) return nullptr;
  return std::make_unique<backup::DirectoryDestination>(settings.directory, engine::kFreeForEvents);
}

FilesAdapter make_files(const config::Config& config, config::DataDirectory& data,
                        std::function<std::string()> base_url) {
  if (config.files.kind == config::FilesKind::s3) return make_s3_files(config);
  return make_local_files(config, data, std::move(base_url));
}

}  // namespace

Adapters Adapters::standard() {
  return {.engine = make_engine, .files = make_files, .backups = make_backups};
}

}  // namespace annals
