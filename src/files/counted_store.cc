#include "files/counted_store.h"

#include <type_traits>
#include <utility>

#include "ops/traced.h"

namespace annals::files {

using boost::asio::awaitable;

std::vector<CountedStore::Calls> CountedStore::calls() const {
  std::vector<Calls> result;
  result.reserve(outcomes_.size());
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    result.push_back({.operation = kOperations.at(i), .outcomes = outcomes_.at(i).snapshot()});
  }
  return result;
}

template <class Result>
awaitable<Result> CountedStore::counted(Operation operation, awaitable<Result> call) {
  const auto index = static_cast<std::size_t>(operation);
  const auto place = co_await ops::current_place();
  ops::Span span(place, ops::SpanKind::internal, kSpans.at(index));
  ops::Outcomes::Measurement measurement(outcomes_.at(index));
  try {
    if constexpr (std::is_void_v<Result>) {
      co_await ops::at_place(span.place(), std::move(call));
      measurement.succeeded();
    } else {
      auto result = co_await ops::at_place(span.place(), std::move(call));
      measurement.succeeded();
      co_return result;
    }
  } catch (const FileStoreError&) {
    span.fail("file_store");
    throw;
  } catch (...) {
    span.fail("_OTHER");
    throw;
  }
}

awaitable<void> CountedStore::prepare(DatabaseName database) {
  return counted(Operation::prepare, store_->prepare(std::move(database)));
}

awaitable<std::optional<FileInfo>> CountedStore::find(TenantFile file) {
  return counted(Operation::find, store_->find(std::move(file)));
}

// It is a look at a file, too.
awaitable<std::optional<FileDigest>> CountedStore::seal(TenantFile file) {
  return counted(Operation::find, store_->seal(std::move(file)));
}

awaitable<RemovedFiles> CountedStore::remove_all(DatabaseName database, BeforePage before_page) {
  return counted(Operation::remove, store_->remove_all(std::move(database), std::move(before_page)));
}

awaitable<RemovedFiles> CountedStore::remove_of(ClientId owner, DatabaseName database,
                                                BeforePage before_page) {
  return counted(Operation::remove, store_->remove_of(owner, std::move(database), std::move(before_page)));
}

awaitable<RemovedFiles> CountedStore::remove_files(DatabaseName database, std::vector<FileId> files,
                                                   BeforePage before_page) {
  return counted(Operation::remove,
                 store_->remove_files(std::move(database), std::move(files), std::move(before_page)));
}

awaitable<std::vector<FileId>> CountedStore::list(DatabaseName database) {
  return counted(Operation::list, store_->list(std::move(database)));
}

awaitable<std::unique_ptr<FileContent>> CountedStore::open_content(TenantFile file) {
  return counted(Operation::open, store_->open_content(std::move(file)));
}

awaitable<void> CountedStore::put(TenantFile file, FileHeaders headers, std::uint64_t size, NextPart next) {
  return counted(Operation::put, store_->put(std::move(file), std::move(headers), size, std::move(next)));
}

awaitable<std::uint64_t> CountedStore::stored_bytes(DatabaseName database) {
  return counted(Operation::measure, store_->stored_bytes(std::move(database)));
}

awaitable<void> CountedStore::check() {
  return counted(Operation::check, store_->check());
}

awaitable<void> CountedStore::probe() {
  return counted(Operation::check, store_->probe());
}

}  // namespace annals::files
