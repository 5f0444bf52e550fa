#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "journal/journal.h"
#include "support/coroutines/driven.h"
#include "support/machine/temporary_directory.h"

namespace annals::journal {

namespace fs = std::filesystem;

inline NumberedRows rows_of(std::size_t count, const std::string& text) {
  NumberedRows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.starts.push_back(static_cast<std::uint32_t>(rows.bytes.size()));
    rows.bytes += std::string(sizeof(std::uint64_t), '\0') + text;
  }
  return rows;
}

/// A journal in a directory of its own, which a test may open again.
class JournalTest : public testing::Test {
 protected:
  JournalTest() { open(); }

  void open() {
    journal_.reset();
    journal_ = std::make_unique<Journal>(settings());
  }
  [[nodiscard]] Journal::Settings settings() const {
    return {.directory = directory(), .witness = directory_.path() / "witness", .segment_bytes = 8192};
  }
  [[nodiscard]] fs::path directory() const { return directory_.path() / "journal"; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] support::Driver& driver() { return driver_; }

  void append(const ClientId& owner, std::size_t count, const std::string& text = "row") {
    run(journal().append(owner, rows_of(count, text)));
  }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return support::run_to_end(driver_, std::move(work));
  }
  /// The first numbers of what waits.
  std::vector<std::uint64_t> waiting(const ClientId& owner) {
    std::vector<std::uint64_t> numbers;
    for (const auto& one : journal().first_of(owner, SIZE_MAX)) numbers.push_back(one->record.first);
    return numbers;
  }
  [[nodiscard]] std::vector<fs::path> segments() const {
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory())) {
      if (entry.path().extension() == ".journal") files.insert(entry.path());
    }
    return {files.begin(), files.end()};
  }
  /// Whether any file of the journal holds the text.
  [[nodiscard]] bool holds(const std::string& text) const {
    for (const auto& entry : fs::directory_iterator(directory())) {
      if (io::read_if_there(entry.path()).value_or("").contains(text)) return true;
    }
    return false;
  }
  void expect_refused(const std::string& reason) {
    journal_.reset();
    try {
      const Journal damaged(settings());
      FAIL() << "expected that it refuses to start";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    }
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();

 private:
  support::TemporaryDirectory directory_;
  support::Driver driver_;  // outlives the journal, whose thread may let go of a call later than its answer

 protected:
  std::unique_ptr<Journal> journal_;
};

}  // namespace annals::journal
