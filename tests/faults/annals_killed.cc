// The program `annals` whose ports are wrapped, so that the process dies by SIGKILL at one chosen call: a
// test can put a crash between any two steps. It is armed by the file TEST_KILL_ARM, which says `before:N` or
// `after:N`; calls count from when it does. The chosen call removes the file when it begins: so the test that
// no longer finds it knows that the process dies, also by a call of the service's own that ends only when the
// request of the test has been answered.
//
// Calls that name the table of the audit trail count only if TEST_KILL_TRAIL is set: every act is recorded
// twice, and one test of that is enough. If TEST_KILL_REQUESTS is set, calls count that are made for a
// request, and none of the service's own rounds.

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/cli.h"
#include "ops/traced.h"

namespace annals {
namespace {

/// Counts calls and dies at the chosen one. Safe for concurrent use.
class Killer {
 public:
  /// Begins a call, made at that place of a trace; true: the process dies when it ends.
  bool begin(const ops::TracePlace& place, std::string_view sql) {
    constexpr std::string_view kTrail = "events_00000000000000000000616e6e616c73";
    if (!counts_trail_ && sql.contains(kTrail)) return false;
    if (counts_requests_only_ && place.trace_id().empty()) return false;
    const std::scoped_lock lock(mutex_);
    if (!is_chosen()) return false;
    if (wish_.starts_with("before:")) die();
    return true;
  }
  static void die() { ::kill(::getpid(), SIGKILL); }

 private:
  static std::string_view variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before threads start
    return value == nullptr ? std::string_view() : value;
  }

  bool is_chosen() {
    std::string wish;
    if (!(std::ifstream(arm_file_) >> wish)) return false;
    if (wish != wish_) calls_ = 0;
    wish_ = wish;
    int number = 0;
    const std::string_view digits = std::string_view(wish).substr(wish.find(':') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return ++calls_ == number && std::filesystem::remove(arm_file_);
  }

  const std::filesystem::path arm_file_{variable("TEST_KILL_ARM")};
  const bool counts_trail_ = !variable("TEST_KILL_TRAIL").empty();
  const bool counts_requests_only_ = !variable("TEST_KILL_REQUESTS").empty();
  std::mutex mutex_;  // guards what follows
  std::string wish_;
  int calls_ = 0;
};

/// Is one call, for as long as it lasts; it ends the process also when it throws.
class Call {
 public:
  Call(Killer& killer, const ops::TracePlace& place, std::string_view sql = {})
      : last_(killer.begin(place, sql)) {}
  ~Call() {
    if (last_) Killer::die();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  bool last_;
};

class KilledEngine final : public engine::Engine {
 public:
  KilledEngine(std::unique_ptr<Engine> inner, std::shared_ptr<Killer> killer)
      : inner_(std::move(inner)), killer_(std::move(killer)) {}

  boost::asio::awaitable<void> execute(engine::Statement statement) override {
    const Call call(*killer_, co_await ops::current_place(), statement.sql);
    co_await inner_->execute(std::move(statement));
  }
  boost::asio::awaitable<std::string> query(engine::Statement statement) override {
    const Call call(*killer_, co_await ops::current_place(), statement.sql);
    co_return co_await inner_->query(std::move(statement));
  }
  boost::asio::awaitable<void> scan(engine::Statement statement, Sink sink) override {
    const Call call(*killer_, co_await ops::current_place(), statement.sql);
    co_await inner_->scan(std::move(statement), std::move(sink));
  }
  boost::asio::awaitable<std::unique_ptr<engine::ResultStream>> stream(engine::Statement statement) override {
    const Call call(*killer_, co_await ops::current_place(), statement.sql);
    co_return co_await inner_->stream(std::move(statement));
  }
  boost::asio::awaitable<void> insert(engine::Insert insert) override {
    const Call call(*killer_, co_await ops::current_place(), insert.into);
    co_await inner_->insert(std::move(insert));
  }
  boost::asio::awaitable<void> make_durable() override {
    const Call call(*killer_, co_await ops::current_place());
    co_await inner_->make_durable();
  }

 private:
  std::unique_ptr<Engine> inner_;
  std::shared_ptr<Killer> killer_;
};

class KilledFileStore final : public files::FileStore {
 public:
  KilledFileStore(std::unique_ptr<FileStore> inner, std::shared_ptr<Killer> killer)
      : inner_(std::move(inner)), killer_(std::move(killer)) {}

  boost::asio::awaitable<files::RemovedFiles> remove_all(DatabaseName database,
                                                         files::BeforePage before_page) override {
    const Call call(*killer_, co_await ops::current_place());
    co_return co_await inner_->remove_all(std::move(database), std::move(before_page));
  }
  boost::asio::awaitable<void> prepare(DatabaseName database) override {
    return inner_->prepare(std::move(database));
  }
  boost::asio::awaitable<files::RemovedFiles> remove_of(ClientId owner, DatabaseName database,
                                                        files::BeforePage before_page) override {
    return inner_->remove_of(owner, std::move(database), std::move(before_page));
  }
  [[nodiscard]] std::string presign_upload(const files::TenantFile& file, const files::UploadTerms& terms,
                                           files::Time now) const override {
    return inner_->presign_upload(file, terms, now);
  }
  [[nodiscard]] files::RequestHeaders upload_headers(const files::UploadTerms& terms) const override {
    return inner_->upload_headers(terms);
  }
  [[nodiscard]] std::string presign_download(const files::TenantFile& file, std::chrono::seconds expires,
                                             files::Time now) const override {
    return inner_->presign_download(file, expires, now);
  }
  boost::asio::awaitable<std::optional<files::FileInfo>> find(files::TenantFile file) override {
    return inner_->find(std::move(file));
  }
  boost::asio::awaitable<std::optional<files::FileDigest>> seal(files::TenantFile file) override {
    return inner_->seal(std::move(file));
  }
  boost::asio::awaitable<files::RemovedFiles> remove_files(DatabaseName database, std::vector<FileId> files,
                                                           files::BeforePage before_page) override {
    const Call call(*killer_, co_await ops::current_place());
    co_return co_await inner_->remove_files(std::move(database), std::move(files), std::move(before_page));
  }
  boost::asio::awaitable<std::vector<FileId>> list(DatabaseName database) override {
    return inner_->list(std::move(database));
  }
  boost::asio::awaitable<std::unique_ptr<files::FileContent>> open_content(files::TenantFile file) override {
    return inner_->open_content(std::move(file));
  }
  boost::asio::awaitable<void> put(files::TenantFile file, files::FileHeaders headers, std::uint64_t size,
                                   files::NextPart next) override {
    const Call call(*killer_, co_await ops::current_place());
    co_await inner_->put(std::move(file), std::move(headers), size, std::move(next));
  }
  boost::asio::awaitable<std::uint64_t> stored_bytes(DatabaseName database) override {
    return inner_->stored_bytes(std::move(database));
  }
  boost::asio::awaitable<void> check() override { return inner_->check(); }

 private:
  std::unique_ptr<FileStore> inner_;
  std::shared_ptr<Killer> killer_;
};

class KilledDestination final : public backup::Destination {
 public:
  KilledDestination(std::unique_ptr<Destination> inner, std::shared_ptr<Killer> killer)
      : inner_(std::move(inner)), killer_(std::move(killer)) {}

  boost::asio::awaitable<void> put(std::string name, std::string content) override {
    const Call call(*killer_, co_await ops::current_place());
    co_await inner_->put(std::move(name), std::move(content));
  }
  boost::asio::awaitable<std::optional<std::string>> get(std::string name) override {
    return inner_->get(std::move(name));
  }
  boost::asio::awaitable<std::vector<std::string>> list(std::string folder) override {
    return inner_->list(std::move(folder));
  }
  boost::asio::awaitable<void> remove(std::string name) override {
    const Call call(*killer_, co_await ops::current_place());
    co_await inner_->remove(std::move(name));
  }

 private:
  std::unique_ptr<Destination> inner_;
  std::shared_ptr<Killer> killer_;
};

Adapters killed_adapters() {
  const auto killer = std::make_shared<Killer>();
  const Adapters standard = Adapters::standard();
  return {.engine =
              [=](const config::Config& config, config::DataDirectory& data) {
                return std::make_unique<KilledEngine>(standard.engine(config, data), killer);
              },
          .files =
              [=](const config::Config& config, config::DataDirectory& data,
                  std::function<std::string()> base_url) {
                auto adapter = standard.files(config, data, std::move(base_url));
                adapter.store = std::make_unique<KilledFileStore>(std::move(adapter.store), killer);
                return adapter;
              },
          .backups = [=](const config::Config& config) -> std::unique_ptr<backup::Destination> {
            auto destination = standard.backups(config);
            if (!destination) return nullptr;
            return std::make_unique<KilledDestination>(std::move(destination), killer);
          }};
}

}  // namespace
}  // namespace annals

int main(int argc, char** argv) {
  return annals::cli::run(argc, argv, annals::killed_adapters());
}
