#include "models/journal_world.h"

#include <sched.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/journal_instance.h"
#include "models/ordered_ids.h"
#include "models/threads.h"
#include "models/virtual_clock.h"
#include "ops/log.h"

namespace annals::models {

using support::SimulatedTable;
using namespace std::chrono_literals;

JournalWorld::JournalWorld(Choices& choices, Visited& visited, Bounds bounds)
    : schedule_(choices, visited, bounds,
                {.state = [this] { return state(); },
                 .events = [this] { return events(); },
                 .crashed = {},
                 .settle = [this] { settle(); },
                 .clock_step = 3s}) {
  ops::set_log_level(ops::Level::error);
  begin_time();
  begin_ids();
  for (const char* name : {"first", "second"}) {
    tenants_.push_back(std::make_unique<Tenant>(
        Tenant{.id = ClientId::random(), .database = DatabaseName::parse(name).value()}));
  }
  disk_.set_hook([this](const std::string& step) { at_step(step); });
}

JournalWorld::~JournalWorld() {
  calm_ = true;
  is_restarting_ = true;
  schedule_.kill_all();
  instance_.reset();  // its journal's thread may still hold the executor of a call that it has answered
}

std::string JournalWorld::run(Plan plan) {
  plan_ = std::move(plan);
  is_restarting_ = true;  // nothing goes on before everything is there
  begin();
  is_restarting_ = false;
  settle();
  if (!schedule_.run()) return "";
  calm_ = true;
  schedule_.calm_down();
  if (instance_->journal.has_failed()) {  // a restart is what helps
    die(Disk::Loss::nothing);
    settle();
    schedule_.run();
  }
  if (fault_.empty()) {
    start("at last", &JournalWorld::end_well);
    schedule_.run();
  }
  return fault_.empty() ? fault() : fault_;
}

// --- the process ---

void JournalWorld::begin() {
  instance_ = std::make_unique<Instance>(*this);
  if (dead_) return;
  start("sender", &JournalWorld::send);
  background_ = start("mover", &JournalWorld::move);
  if (plan_.reads) start("reader", &JournalWorld::read);
  if (plan_.deletes_second) start("deletion", &JournalWorld::delete_second);
  if (plan_.expires) start("retention", &JournalWorld::expire);
}

int JournalWorld::start(const char* name, Awaitable (JournalWorld::*work)(int)) {
  return schedule_.start(name, [this, work](int process) { return (this->*work)(process); });
}

/// Returns once everybody waits for an answer of the engine, also the journal's own threads. If the process
/// has died on the way, it is then started again.
void JournalWorld::settle() {
  do {
    while (schedule_.driver().settle() > 0 || !other_threads_sleep() || schedule_.driver().settle() > 0) {
      ::sched_yield();
    }
    if (dead_ && !is_restarting_) restart();
  } while (dead_ && !is_restarting_);
}

void JournalWorld::restart() {
  is_restarting_ = true;
  while (dead_) {
    schedule_.kill_all();
    instance_.reset();
    settle();
    disk_.restore(left_);
    if (loses_rows_) {
      for (auto& tenant : tenants_) tenant->lose_what_is_not_on_disk();
    }
    inserts_ = 0;
    dead_ = false;
    if (schedule_.choices().tells()) schedule_.choices().tell("the process starts again");
    begin();
  }
  is_restarting_ = false;
}

/// Returns the crashes that differ from each other now.
std::vector<Disk::Loss> JournalWorld::losses() const {
  using Loss = Disk::Loss;
  std::vector<Loss> differing{Loss::nothing};
  const auto& files = disk_.after(Loss::data);
  const bool rows = std::ranges::any_of(tenants_, [](const auto& one) { return !one->not_on_disk.empty(); });
  if (rows || files != disk_.after(Loss::nothing)) differing.push_back(Loss::data);
  if (disk_.after(Loss::data_and_names) != files) differing.push_back(Loss::data_and_names);
  return differing;
}

/// Takes the picture from which the next process begins. What this one still does has no effect any more.
void JournalWorld::die(Disk::Loss loss) {
  left_ = disk_.after(loss);
  loses_rows_ = loss != Disk::Loss::nothing;
  dead_ = true;
}

namespace {

std::string story_of(Disk::Loss loss) {
  switch (loss) {
    case Disk::Loss::nothing:
      return "the process is killed";
    case Disk::Loss::data:
      return "the power fails";
    case Disk::Loss::data_and_names:
      return "the power fails, and names of files are as before";
  }
  return "";
}

}  // namespace

/// Lets the choices decide whether the process dies before a step of its work on files. Any of its threads
/// may call it, one at a time.
void JournalWorld::at_step(const std::string& step) {
  if (dead_) return;
  Choices& choices = schedule_.choices();
  if (!calm_ && schedule_.has_faults_left()) {
    const auto possible = losses();
    const std::size_t option = choices.take(possible.size() + 1);
    if (option > 0) {
      if (choices.tells()) choices.tell(fmt::format("  {} before: {}", story_of(possible[option - 1]), step));
      die(possible[option - 1]);
      schedule_.spend_fault();
      return;
    }
  }
  if (choices.tells()) choices.tell("  " + step);
}

std::vector<Schedule::Event> JournalWorld::events() {
  std::vector<Schedule::Event> events;
  for (const Disk::Loss loss : losses()) {
    events.push_back({.text = story_of(loss), .happen = [this, loss] { die(loss); }});
  }
  return events;
}

// --- what is there ---

JournalWorld::Tenant& JournalWorld::tenant_of(char name) const {
  return std::isupper(name) != 0 ? *tenants_.back() : *tenants_.front();
}

JournalWorld::Tenant& JournalWorld::tenant_named_in(const std::string& sql) const {
  return sql.contains("`second`") ? *tenants_.back() : *tenants_.front();
}

std::string JournalWorld::fault_of(char name) const {
  const auto& rows = tenant_of(name).table.rows;
  const auto count = std::ranges::count(rows, id_of(name), &SimulatedTable::Row::id);
  if (count == 1) return "";
  return fmt::format("the acknowledged event {} is stored {} times", name, count);
}

/// Returns what is left of the second tenant, whatever a power cut brings back.
std::string JournalWorld::traces_of_second() const {
  const auto& raw = tenants_.back()->id.uuid();
  const std::string id(raw.begin(), raw.end());
  for (const auto loss : {Disk::Loss::nothing, Disk::Loss::data, Disk::Loss::data_and_names}) {
    for (const auto& [name, content] : disk_.after(loss)) {
      if (content.contains(id)) return fmt::format("{} holds records of the deleted tenant", name);
    }
  }
  return tenants_.back()->table.rows.empty() ? "" : "rows of the deleted tenant are there";
}

void JournalWorld::blame(const std::string& fault) {
  if (fault_.empty() && !dead_) fault_ = fault;
}

/// Returns what is wrong with the rows of a tenant, "" if nothing is.
std::string JournalWorld::fault_in(const Tenant& tenant) const {
  std::set<EventId> ids;
  std::set<std::uint64_t> numbers;
  for (const auto& row : tenant.table.rows) {
    if (!ids.insert(row.id).second) return "an event is stored twice";
    if (!numbers.insert(row.arrival).second) return "two events have one number";
  }
  const auto is_there = [&ids](char name) { return ids.contains(id_of(name)); };
  return std::ranges::any_of(expired_, is_there) ? "an event came back after its removal" : "";
}

std::string JournalWorld::fault() const {
  for (const char name : acknowledged_) {
    const bool was_removed = expired_.contains(name) || tenant_of(name).life == Life::gone;
    std::string fault = was_removed ? "" : fault_of(name);
    if (!fault.empty()) return fault;
  }
  for (const auto& tenant : tenants_) {
    std::string fault = fault_in(*tenant);
    if (!fault.empty()) return fault;
  }
  return plan_.deletes_second ? traces_of_second() : "";
}

std::string JournalWorld::state() const {
  std::string text;
  for (const auto loss : {Disk::Loss::nothing, Disk::Loss::data, Disk::Loss::data_and_names}) {
    for (const auto& [name, content] : disk_.after(loss))
      text += fmt::format("{} {}\n", name, std::hash<std::string>()(content));
  }
  for (const auto& tenant : tenants_) {
    text += fmt::format("{} {}:", static_cast<int>(tenant->life), tenant->has_table);
    for (const auto& row : tenant->table.rows)
      text += fmt::format(" {} {} {}", row.arrival, row.id.text(), tenant->not_on_disk.contains(row.arrival));
    for (const auto& one : instance_->journal.first_of(tenant->id, std::size_t{1} << 30U))
      text += fmt::format(" pending {} in {} {}", one->record.first, one->segment, one->may_be_moved);
    text += '\n';
  }
  const auto status = instance_->journal.status();
  const auto releasable = instance_->journal.releasable();
  text += fmt::format("{} {} {} {} {} {}\n", status.rows, status.unsynced_bytes, status.has_failed,
                      releasable.records, fmt::join(releasable.segments, ","),
                      instance_->journal.due().has_value());
  text += fmt::format("{} {} {} {}\n", sent_.size(), fmt::join(acknowledged_, ""), fmt::join(expired_, ""),
                      inserts_);
  return text;
}

}  // namespace annals::models
