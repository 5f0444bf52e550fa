#include <memory>
#include <utility>

#include "api/local_files.h"
#include "engine/embedded/engine.h"
#include "engine/remote/engine.h"
#include "events/events_table.h"
#include "files/local/store.h"
#include "files/s3/aws_credentials.h"
#include "files/s3/store.h"
#include "service.h"

namespace annals {
namespace {

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
  data.lock();  // before the engine writes anything there
  return engine::open_embedded_engine({.directory = data.engine(),
                                       .library = settings.library,
                                       .connections = settings.connections,
                                       .max_waiting = settings.max_waiting,
                                       .statement_timeout = settings.timeout,
                                       .max_memory_bytes = settings.max_memory_bytes,
                                       .may_sleep = events::has_present_form,
                                       .fsync = settings.fsync});
}

FilesAdapter make_local_files(const config::Config& config, config::DataDirectory& data,
                              std::function<std::string()> base_url) {
  files::FileLinks links(data.find_or_make_file_url_key(), std::move(base_url));
  auto store = std::make_unique<files::LocalFileStore>(data.files(), std::move(links));
  auto routes = std::make_shared<api::LocalFiles>(*store, config.files.max_bytes);
  return {.store = std::move(store),
          .add_routes = [routes = std::move(routes)](http::Router& router) { routes->add_to(router); }};
}

FilesAdapter make_files(const config::Config& config, config::DataDirectory& data,
                        std::function<std::string()> base_url) {
  const auto& settings = config.files;
  if (settings.kind == config::FilesKind::local) return make_local_files(config, data, std::move(base_url));
  return {.store = std::make_unique<files::S3FileStore>(
              files::S3Settings{.endpoint = settings.s3_endpoint,
                                .bucket = settings.s3_bucket,
                                .region = settings.s3_region,
                                .path_style = settings.s3_path_style,
                                .credentials = files::find_aws_credentials(),
                                .timeout = settings.timeout})};
}

}  // namespace

Adapters Adapters::standard() {
  return {.engine = make_engine, .files = make_files};
}

}  // namespace annals
