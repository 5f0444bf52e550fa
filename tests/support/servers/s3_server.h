#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/sigv4.h"
#include "files/s3/address.h"
#include "support/machine/temporary_directory.h"

namespace annals::support {

/// Runs a real S3 server for one test (Ceph's RADOS gateway, tests/support/servers/s3/), with haproxy in
/// front for faults. Starting takes one to two seconds. The constructor throws if the server does not start;
/// the destructor ends it and removes its data.
class S3Server {
 public:
  S3Server();
  ~S3Server();
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;

  /// Returns the settings of the gateway itself, with the bucket in the path.
  [[nodiscard]] files::S3Settings settings() const { return settings_; }
  /// Returns the settings of the same bucket through haproxy.
  [[nodiscard]] files::S3Settings proxy_settings() const;

  /// Causes a fault of fault.sh: hang, resume, kill, suspend, unsuspend, …
  void fault(const std::string& name) const;
  /// Makes haproxy interfere with an operation (list, delete, …, all) in one of the ways that fault.sh lists;
  /// `none` ends that.
  void proxy_fault(const std::string& operation, const std::string& name) const;
  /// Starts a killed gateway again, with its data.
  void restart() const;

  /// Sends a signed request of the bucket's owner and returns the body of the answer. Throws unless it
  /// succeeds.
  [[nodiscard]] std::string request(const std::string& method, const std::string& key,
                                    const aws::QueryParameters& query = {}, std::string_view body = {}) const;
  void put(const std::vector<std::string>& keys) const;
  void start_upload(const std::string& key) const;
  /// Returns all keys that begin with `prefix`, versions and delete markers included, in the order of the
  /// listing.
  [[nodiscard]] std::vector<std::string> keys(std::string_view prefix) const;
  [[nodiscard]] std::size_t unfinished_uploads(std::string_view prefix) const;
  /// Forbids everybody to delete objects whose keys begin with `prefix`, until allow_deletion().
  void deny_deletion(std::string_view prefix) const;
  void allow_deletion() const;

 private:
  std::string script(const std::string& name, const std::string& arguments = {}) const;

  TemporaryDirectory directory_;
  files::S3Settings settings_;
  std::string proxy_endpoint_;
};

}  // namespace annals::support
