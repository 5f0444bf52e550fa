#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "files/local/store.h"
#include "files/local/upload_places.h"
#include "history/history.h"
#include "http/message.h"
#include "http/preconditions.h"
#include "quotas/quotas.h"
#include "tenants/directory.h"

namespace annals::api {

struct UploadLimits {
  std::uint64_t max_bytes = std::uint64_t{1} << 30U;  // of one file
  std::chrono::seconds after_expiry{3600};            // for which an upload may continue after its link
};

/// Holds what the routes of the local file store ask about tenants. All must outlive the routes.
struct FileSurroundings {
  history::History& history;
  tenants::TenantDirectory& directory;
  engine::Engine& engine;
  quotas::Quotas& quotas;
};

/// Returns the strong entity tag of a file, and the second in which it was uploaded.
http::Validators validators_of(const files::StoredFile& file, std::chrono::sys_seconds now);

/// Returns the current second.
std::chrono::sys_seconds this_second();

/// Answers `PUT` on a link of the local file store. The link was checked before. Thread-safe.
class FileUploads {
 public:
  /// `store` must outlive this object.
  FileUploads(files::LocalFileStore& store, UploadLimits limits, FileSurroundings around);

  boost::asio::awaitable<http::Response> put(http::Request request);

  /// Returns the tenant that the link was made for. Throws Error(invalid_link) unless it is active and has
  /// that database, and Error(client_suspended) if it is suspended.
  boost::asio::awaitable<std::shared_ptr<const tenants::Tenant>> check_tenant(files::TenantFile file);

 private:
  struct Upload;

  boost::asio::awaitable<files::FileHead> receive(std::shared_ptr<Upload> upload);
  boost::asio::awaitable<void> take_body(std::shared_ptr<Upload> upload);
  boost::asio::awaitable<files::FileHead> keep(std::shared_ptr<Upload> upload);
  boost::asio::awaitable<std::shared_ptr<const files::StoredFile>> check_target(
      std::shared_ptr<Upload> upload);
  boost::asio::awaitable<bool> is_named(files::TenantFile file, std::string request_id);

  files::LocalFileStore& store_;
  const UploadLimits limits_;
  const FileSurroundings around_;
  files::UploadPlaces places_;
};

}  // namespace annals::api
