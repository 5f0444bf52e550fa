#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "support/coroutines/run.h"

namespace annals::files {

/// Returns the name of a database that is known to be one.
inline DatabaseName database(std::string_view text) {
  return DatabaseName::parse(text).value();
}

/// Calls the function when it is awaited.
inline boost::asio::awaitable<void> call(std::function<void()> action) {
  action();
  co_return;
}

/// Returns a BeforePage that does nothing.
inline BeforePage nothing() {
  return [] { return call([] {}); };
}

/// Returns a BeforePage that does something before one page, counted from 1.
inline BeforePage before_page(int number, std::function<void()> action) {
  return [number, action = std::move(action), pages = 0]() mutable {
    ++pages;
    return call(pages == number ? action : [] {});
  };
}

/// Removes all files of the database on this thread. Throws what FileStore::remove_all() throws.
inline RemovedFiles remove(FileStore& store, std::string_view name, BeforePage before = nothing()) {
  return support::run(store.remove_all(database(name), std::move(before)));
}

/// Returns the text of the FileStoreError that a removal ends with, or that there was none.
inline std::string failure_of_removal(FileStore& store, std::string_view name,
                                      BeforePage before = nothing()) {
  try {
    (void)remove(store, name, std::move(before));
  } catch (const FileStoreError& error) {
    return error.what();
  }
  return "no FileStoreError";
}

/// Returns so many keys with that prefix, in their order.
inline std::vector<std::string> numbered(std::string_view prefix, int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back(fmt::format("{}{:05}", prefix, i));
  return keys;
}

}  // namespace annals::files
