#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "io/wake.h"
#include "leases/in_process_leases.h"
#include "support/coroutines/driven.h"
#include "support/simulated/tenants_table.h"
#include "tenants/lifecycle.h"

namespace annals::tenants {

/// A belonging that writes down what is asked of it, and does what the test says.
class RecordedBelonging final : public Belonging {
 public:
  RecordedBelonging(std::string name, std::vector<std::string>& steps, const support::TenantsTable& table)
      : name_(std::move(name)), steps_(steps), table_(table) {}

  boost::asio::awaitable<bool> make(Owner owner) override {
    note("make", owner);
    if (after_make) after_make();
    if (fails_to_make) throw engine::EngineError(engine::EngineError::Kind::unknown, 0, "lost");
    co_return !is_in_the_way;
  }
  boost::asio::awaitable<void> remove(Owner owner, Fence fence) override {
    note("remove", owner);
    if (before_fence) before_fence();
    co_await fence();
    if (hold) co_await io::suspend([this](io::Wake wake) { held = std::move(wake); });
    if (fails_to_remove) throw Error(ErrorCode::files_not_deleted, "Tenant:x files not deleted.");
  }
  [[nodiscard]] bool carries_owner() const override { return says_whose; }
  boost::asio::awaitable<bool> is_cleaning_up(DatabaseName /*name*/) override { co_return cleaning_up; }

  bool is_in_the_way = false;
  bool fails_to_make = false;
  bool fails_to_remove = false;
  bool cleaning_up = false;
  bool hold = false;
  io::Wake held = {};
  bool says_whose = false;
  std::function<void()> after_make = {};
  std::function<void()> before_fence = {};

 private:
  /// "make files of demo in state 1", so that a test sees what the registry said at that moment.
  void note(std::string_view what, const Owner& owner) {
    const auto* row = table_.find(owner.id.text());
    steps_.push_back(fmt::format("{} {} of {} in state {}", what, name_, owner.database.text(),
                                 row == nullptr ? 0 : row->state));
  }

  const std::string name_;
  std::vector<std::string>& steps_;
  const support::TenantsTable& table_;
};

/// Says what the test wants about whose the databases are.
class ToldOwnership final : public Ownership {
 public:
  boost::asio::awaitable<bool> is_owned(Owner /*owner*/) override { co_return owned; }
  boost::asio::awaitable<bool> holds_events(ClientId /*id*/) override { co_return has_events; }
  bool owned = true;
  bool has_events = false;
};

/// Tests of the life of tenants begin with this: two belongings, the registry and the leases of one process.
class RecordedLifecycle : public testing::Test {
 protected:
  using Steps = std::vector<std::string>;

  RecordedLifecycle() {
    table_.answer_for(engine_);
    database_.says_whose = true;
  }

  static NewTenant request(const std::string& name = "demo", const std::string& label = "Demo") {
    return {.database = DatabaseName::parse(name).value(), .label = label};
  }
  /// InitialisedTenant has no default constructor, which Asio's coroutines need of a result.
  static boost::asio::awaitable<std::optional<InitialisedTenant>> initialise(Lifecycle& lifecycle,
                                                                             NewTenant tenant) {
    auto made = co_await lifecycle.initialise(std::move(tenant));
    co_return made;
  }
  ClientId make(const NewTenant& tenant = request()) {
    return support::run_to_end(driver_, initialise(lifecycle_, tenant)).value().id;
  }
  std::optional<ErrorCode> refusal(const NewTenant& tenant) {
    return support::error_of(driver_, initialise(lifecycle_, tenant));
  }
  void recover() { support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0))); }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TenantsTable table_;
  std::vector<std::string> steps_;
  RecordedBelonging files_{"files", steps_, table_};
  RecordedBelonging database_{"database", steps_, table_};
  Registry registry_{engine_};
  TenantDirectory directory_{registry_, {.max_age = std::chrono::hours(1)}};
  leases::InProcessLeases leases_;
  ToldOwnership ownership_;
  Lifecycle lifecycle_{{.registry = registry_,
                        .directory = directory_,
                        .leases = leases_,
                        .ownership = ownership_,
                        .belongings = {files_, database_},
                        .poll_interval = std::chrono::milliseconds(1),
                        .wait_for_other = std::chrono::milliseconds(20)}};
};

}  // namespace annals::tenants
