#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "files/s3/address.h"
#include "files/s3/sigv4.h"
#include "support/temporary_directory.h"

namespace annals::support {

/// A real S3 server of this object's own (Ceph's RADOS gateway, tests/support/s3/), with haproxy in front for
/// faults. Starting takes one to two seconds. The constructor throws when it does not start; the destructor
/// ends it and removes its data.
class S3Server {
 public:
  S3Server();
  ~S3Server();
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;

  /// Of the gateway itself, with the bucket in the path.
  [[nodiscard]] files::S3Settings settings() const { return settings_; }
  /// Of the same bucket through haproxy.
  [[nodiscard]] files::S3Settings proxy_settings() const;

  /// One of fault.sh: hang, resume, kill, suspend, unsuspend, …
  void fault(const std::string& name) const;
  /// What haproxy does to an operation (list, delete, …, all), as fault.sh lists it; `none` ends it.
  void proxy_fault(const std::string& operation, const std::string& name) const;
  /// Brings a killed gateway back, with its data.
  void restart() const;

  /// A signed request of the bucket's owner; throws unless it succeeds.
  [[nodiscard]] std::string request(const std::string& method, const std::string& key,
                                    const files::QueryParameters& query = {},
                                    std::string_view body = {}) const;
  void put(const std::vector<std::string>& keys) const;
  void start_upload(const std::string& key) const;
  /// All keys that begin with `prefix`, versions and delete markers included, in the order of the listing.
  [[nodiscard]] std::vector<std::string> keys(std::string_view prefix) const;
  [[nodiscard]] std::size_t unfinished_uploads(std::string_view prefix) const;
  /// Refuses everybody the deletion of objects that begin with `prefix`, until allow_deletion().
  void deny_deletion(std::string_view prefix) const;
  void allow_deletion() const;

 private:
  std::string script(const std::string& name, const std::string& arguments = {}) const;

  TemporaryDirectory directory_;
  files::S3Settings settings_;
  std::string proxy_endpoint_;
};

}  // namespace annals::support
