#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "files/file_store.h"
#include "ops/latencies.h"

namespace annals::files {

/// Counts the calls of a file store and what became of them, and makes each a span of the trace that it
/// belongs to. A URL that is signed is no call. Thread-safe.
class CountedStore final : public FileStore {
 public:
  /// The calls of one kind.
  struct Calls {
    std::string_view operation;
    ops::Outcomes::Snapshot outcomes;
  };

  explicit CountedStore(std::unique_ptr<FileStore> store) : store_(std::move(store)) {}

  [[nodiscard]] std::vector<Calls> calls() const;

  boost::asio::awaitable<void> prepare(DatabaseName database) override;
  [[nodiscard]] std::string presign_upload(const TenantFile& file, const UploadTerms& terms,
                                           Time now) const override {
    return store_->presign_upload(file, terms, now);
  }
  [[nodiscard]] RequestHeaders upload_headers(const UploadTerms& terms) const override {
    return store_->upload_headers(terms);
  }
  [[nodiscard]] std::string presign_download(const TenantFile& file, std::chrono::seconds expires,
                                             Time now) const override {
    return store_->presign_download(file, expires, now);
  }
  [[nodiscard]] std::string link_origin() const override { return store_->link_origin(); }
  boost::asio::awaitable<std::optional<FileInfo>> find(TenantFile file) override;
  boost::asio::awaitable<std::optional<FileDigest>> seal(TenantFile file) override;
  boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) override;
  boost::asio::awaitable<RemovedFiles> remove_of(ClientId owner, DatabaseName database,
                                                 BeforePage before_page) override;
  boost::asio::awaitable<RemovedFiles> remove_files(DatabaseName database, std::vector<FileId> files,
                                                    BeforePage before_page) override;
  boost::asio::awaitable<std::vector<FileId>> list(DatabaseName database) override;
  boost::asio::awaitable<std::unique_ptr<FileContent>> open_content(TenantFile file) override;
  boost::asio::awaitable<void> put(TenantFile file, FileHeaders headers, std::uint64_t size,
                                   NextPart next) override;
  boost::asio::awaitable<std::uint64_t> stored_bytes(DatabaseName database) override;
  boost::asio::awaitable<void> check() override;
  boost::asio::awaitable<void> probe() override;
  [[nodiscard]] std::optional<Time> credentials_expire_at() const override {
    return store_->credentials_expire_at();
  }

 private:
  enum class Operation : std::uint8_t { prepare, find, remove, list, open, put, measure, check };
  static constexpr std::array<std::string_view, 8> kOperations{"prepare", "find", "remove",  "list",
                                                               "open",    "put",  "measure", "check"};
  static constexpr std::array<std::string_view, 8> kSpans{"files prepare", "files find", "files remove",
                                                          "files list",    "files open", "files put",
                                                          "files measure", "files check"};

  template <class Result>
  boost::asio::awaitable<Result> counted(Operation operation, boost::asio::awaitable<Result> call);

  const std::unique_ptr<FileStore> store_;
  std::array<ops::Outcomes, kOperations.size()> outcomes_;
};

}  // namespace annals::files
