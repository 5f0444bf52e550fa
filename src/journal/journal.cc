#include "journal/journal.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "io/durable_file.h"
#include "io/free_room.h"
#include "io/settled.h"
#include "journal/start.h"
#include "ops/log.h"
#include "tenants/errors.h"

namespace annals::journal {
namespace {

using boost::asio::awaitable;

/// The bytes of one commit of the journal. What waits beyond that leaves with the next.
constexpr std::size_t kMaxCommit = std::size_t{4} << 20U;

constexpr std::size_t kMaxKeeping = 100'000;  // jobs that wait for the keeper's thread

}  // namespace

/// A call that waits for the writing thread: append() with rows; or forget() and erase_released() without,
/// until all that was queued before is written and lies in sealed segments.
struct Journal::Waiting {
  explicit Waiting(const ClientId& its_owner) : owner(its_owner) {}
  [[nodiscard]] bool has_rows() const { return !rows.starts.empty(); }

  ClientId owner;
  NumberedRows rows = {};
  std::uint64_t first = 0;
  std::exception_ptr error = {};
  io::Wake wake = {};
};

Journal::Journal(const Settings& settings)
    : Journal(settings, read_journal(settings.directory, settings.witness, settings.fsync)) {}

Journal::Journal(Settings settings, Start start)
    : settings_(std::move(settings)),
      active_({.directory = settings_.directory,
               .fsync = settings_.fsync,
               .segment_bytes = settings_.segment_bytes,
               .min_free_bytes = settings_.min_free_bytes},
              start.id, start.next_segment),
      written_(start.next_number),
      backlog_(settings_.due),
      next_number_(start.next_number),
      keeper_(1, kMaxKeeping) {
  for (SegmentContent& segment : start.segments) take_over(std::move(segment));
  begin_segment(0);
  if (start.is_new) write_witness(settings_.witness, start.id);
  writer_ = std::jthread([this] { write_until_closed(); });
}

Journal::~Journal() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  ready_.notify_one();
}

/// Makes pending what a process before has left in a segment.
void Journal::take_over(SegmentContent segment) {
  const std::uint64_t number = segment.header.key.number;
  files_.begin(segment.header);
  for (Record& record : segment.records) {
    files_.add(number, record);
    backlog_.add(std::make_shared<const Pending>(
        Pending{.record = std::move(record), .segment = number, .may_be_moved = true}));
  }
}

// --- writing ---

void Journal::check() const {
  if (failed_) throw JournalError("the journal has failed before");
}

void Journal::fail(const std::string& reason) {
  if (failed_.exchange(true)) return;
  note_failed_write(settings_.directory);
  ops::log(ops::Level::error, "the journal has failed; nothing more is acknowledged until a restart",
           {{"error", reason}});
}

bool Journal::is_full(ClientId owner, std::size_t bytes) const {
  const std::scoped_lock lock(mutex_);
  const auto exceeds = [bytes](std::size_t held, std::size_t room) {
    return held > 0 && held + bytes > room;
  };
  return exceeds(backlog_.bytes() + queued_bytes_ + unsynced_bytes_, settings_.max_bytes) ||
         exceeds(backlog_.bytes_of(owner), settings_.max_bytes_per_tenant);
}

awaitable<void> Journal::append(ClientId owner, NumberedRows rows) {
  auto waiting = std::make_shared<Waiting>(owner);
  waiting->rows = std::move(rows);
  co_await wait_for_writer(std::move(waiting));
}

awaitable<void> Journal::wait_for_writer(std::shared_ptr<Waiting> waiting) {
  co_await io::suspend([this, waiting](io::Wake wake) {
    waiting->wake = std::move(wake);
    enqueue(waiting);
  });
  if (waiting->error) std::rethrow_exception(waiting->error);
}

void Journal::enqueue(std::shared_ptr<Waiting> waiting) {
  {
    const std::scoped_lock lock(mutex_);
    waiting->first = next_number_;
    next_number_ += waiting->rows.starts.size();
    queued_bytes_ += waiting->rows.bytes.size();
    queue_.push_back(std::move(waiting));
  }
  ready_.notify_one();
}

std::uint64_t Journal::reserve(std::size_t rows) {
  const std::scoped_lock lock(mutex_);
  return std::exchange(next_number_, next_number_ + rows);
}

void Journal::raise(std::uint64_t number) {
  const std::scoped_lock lock(mutex_);
  next_number_ = std::max(next_number_, number + 1);
}

void Journal::write_until_closed() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch = take_batch();
    }
    commit(batch);
    for (const auto& waiting : batch) waiting->wake();
  }
}

/// Takes what one commit holds. Call with the mutex held.
Journal::Batch Journal::take_batch() {
  Batch batch;
  std::size_t bytes = 0;
  while (!queue_.empty()) {
    const auto& next = queue_.front();
    bytes += next->rows.bytes.size();
    if (!batch.empty() && bytes > kMaxCommit) break;
    queued_bytes_ -= next->rows.bytes.size();
    if (next->has_rows() && forgotten_.contains(next->owner))
      next->error = std::make_exception_ptr(tenants::unknown_client());
    batch.push_back(next);
    queue_.pop_front();
  }
  return batch;
}

/// Writes a batch and makes it durable. Whatever goes wrong, those who wait are told.
void Journal::commit(const Batch& batch) {
  Batch with_rows;
  Batch others;
  for (const auto& waiting : batch) {
    if (!waiting->error) (waiting->has_rows() ? with_rows : others).push_back(waiting);
  }
  attempt(with_rows, [&] { write(with_rows); });
  attempt(others, [&] { seal_if_needed(); });
}

/// Does a piece of work for those who wait, and gives them what it throws.
template <class Work>
void Journal::attempt(const Batch& batch, Work work) {
  if (batch.empty()) return;
  std::exception_ptr error;
  try {
    check();
    work();
  } catch (const std::system_error& failure) {
    fail(failure.what());
    error = std::make_exception_ptr(JournalError(failure.what()));
  } catch (...) {
    error = std::current_exception();
  }
  for (const auto& waiting : batch) waiting->error = error;
}

void Journal::write(const Batch& batch) {
  std::vector<Record> records;
  std::size_t bytes = 0;
  for (const auto& waiting : batch) {
    waiting->rows.number_from(waiting->first);
    bytes += kRecordHeader + waiting->rows.bytes.size();
    records.push_back({.owner = waiting->owner,
                       .first = waiting->first,
                       .rows = static_cast<std::uint32_t>(waiting->rows.starts.size()),
                       .bytes = std::move(waiting->rows.bytes)});
  }
  if (!active_.has_room(bytes)) begin_segment(bytes);
  std::string text;
  text.reserve(bytes);
  for (const Record& record : records) {
    append_record(text, record, active_.key(), static_cast<std::uint32_t>(text.size()));
  }
  const auto began = std::chrono::steady_clock::now();
  active_.append(text);
  commits_.observe(std::chrono::steady_clock::now() - began);
  written_ = records.back().first + records.back().rows;
  keep(std::move(records));
  active_.prepare_next(keeper_);
}

/// Makes records pending that are durable.
void Journal::keep(std::vector<Record> records) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t number = active_.key().number;
  for (Record& record : records) {
    if (forgotten_.contains(record.owner)) {  // meanwhile; its bytes are in the file all the same
      files_.add_unneeded(number, record);
      continue;
    }
    files_.add(number, record);
    backlog_.add(std::make_shared<const Pending>(
        Pending{.record = std::move(record), .segment = number, .may_be_moved = false}));
  }
}

/// Begins another segment if the active one holds bytes that are to be removed, so that it can be rewritten.
void Journal::seal_if_needed() {
  {
    const std::scoped_lock lock(mutex_);
    const auto is_to_go = [this](const ClientId& one) {
      return forgotten_.contains(one) || erased_.contains(one);
    };
    if (std::ranges::none_of(files_.owners_in_last(), is_to_go)) return;
  }
  begin_segment(0);
}

/// Begins a segment that has room for so many bytes. If there is no room on the disk, the active one stays.
void Journal::begin_segment(std::size_t bytes) {
  const Segment::Header header = active_.begin(bytes, written_);
  const std::scoped_lock lock(mutex_);
  files_.begin(header);
}

Journal::Status Journal::status() const {
  Status status{.max_bytes = settings_.max_bytes, .has_failed = failed_, .commits = commits_.snapshot()};
  const std::scoped_lock lock(mutex_);
  status.rows = backlog_.rows();
  status.bytes = backlog_.bytes();
  status.unsynced_bytes = unsynced_bytes_;
  status.tenants = backlog_.tenants();
  if (const auto since = backlog_.since()) status.age = std::chrono::steady_clock::now() - *since;
  return status;
}

// --- moving ---

std::optional<ClientId> Journal::due() const {
  const std::scoped_lock lock(mutex_);
  return backlog_.due();
}

std::vector<PendingRecord> Journal::first_of(ClientId owner, std::size_t max_bytes) const {
  const std::scoped_lock lock(mutex_);
  return backlog_.first_of(owner, max_bytes);
}

std::optional<ClientId> Journal::oldest() const {
  const std::scoped_lock lock(mutex_);
  return backlog_.oldest();
}

std::optional<std::uint64_t> Journal::last_of(ClientId owner) const {
  const std::scoped_lock lock(mutex_);
  return backlog_.last_of(owner);
}

double Journal::fill() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<double>(backlog_.bytes() + unsynced_bytes_) / static_cast<double>(settings_.max_bytes);
}

std::size_t Journal::tenants() const {
  const std::scoped_lock lock(mutex_);
  return backlog_.tenants();
}

void Journal::moved(ClientId owner, std::size_t count) {
  const std::scoped_lock lock(mutex_);
  auto records = backlog_.remove(owner, count);
  unmark(records);
  for (const PendingRecord& record : records) unsynced_bytes_ += record->record.bytes.size();
  std::ranges::move(records, std::back_inserter(unsynced_));
}

void Journal::postpone(ClientId owner, Backlog::Clock::duration time) {
  const std::scoped_lock lock(mutex_);
  backlog_.postpone(owner, time);
}

/// Call with the mutex held.
void Journal::unmark(const std::vector<PendingRecord>& records) {
  for (const PendingRecord& one : records) files_.moved(one->segment, one->record);
}

Journal::Releasable Journal::releasable() const {
  const std::scoped_lock lock(mutex_);
  return {.records = unsynced_.size(), .segments = files_.emptied()};
}

awaitable<void> Journal::release(Releasable synced) {
  std::vector<std::uint64_t> sparse;
  {
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < synced.records; ++i) {
      unsynced_bytes_ -= unsynced_.front()->record.bytes.size();
      unsynced_.pop_front();
    }
    sparse = files_.sparse();
  }
  if (synced.segments.empty() && sparse.empty()) co_return;
  co_await keeper_.run("", [this, numbers = std::move(synced.segments), sparse = std::move(sparse)] {
    keeping([&] {
      for (const std::uint64_t number : numbers) remove_segment(number);
      for (const std::uint64_t number : sparse) rewrite(number);
    });
  });
}

void Journal::remove_segment(std::uint64_t number) {
  std::filesystem::remove(path_of(number));
  const std::scoped_lock lock(mutex_);
  files_.remove(number);
}

awaitable<void> Journal::forget(ClientId owner) {
  {
    const std::scoped_lock lock(mutex_);
    forgotten_.insert(owner);
    unmark(backlog_.remove_all(owner));
  }
  co_await wait_for_writer(std::make_shared<Waiting>(owner));
  co_await keeper_.run("", [this, owner] { keeping([&] { erase(owner); }); });
}

void Journal::readmit(ClientId owner) {
  const std::scoped_lock lock(mutex_);
  forgotten_.erase(owner);
}

bool Journal::has_unreleased(const ClientId& owner, std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(unsynced_, [&](const PendingRecord& one) {
    return one->record.owner == owner && one->record.first <= number;
  });
}

awaitable<void> Journal::erase_released(ClientId owner) {
  {
    const std::scoped_lock lock(mutex_);
    erased_.insert(owner);
  }
  auto sealed = co_await io::settled(wait_for_writer(std::make_shared<Waiting>(owner)));
  {
    const std::scoped_lock lock(mutex_);
    erased_.erase(owner);
  }
  io::result_of(std::move(sealed));
  co_await keeper_.run("", [this, owner] { keeping([&] { erase(owner); }); });
}

/// Does a piece of work on files. A disk that fails, but for lack of room, is trusted with nothing more.
/// Throws JournalError.
template <class Work>
void Journal::keeping(Work work) {
  try {
    work();
  } catch (const std::system_error& error) {
    if (!io::is_lack_of_room(error.code())) fail(error.what());
    throw JournalError(error.what());
  }
}

/// Removes what the sealed segments hold of a tenant and is not needed.
void Journal::erase(const ClientId& owner) {
  std::vector<std::uint64_t> numbers;
  {
    const std::scoped_lock lock(mutex_);
    numbers = files_.holding(owner);
    std::erase(numbers, files_.last());  // is being written; a forgotten tenant has nothing in it
  }
  for (const std::uint64_t number : numbers) rewrite(number);
  // The names too must be on the disk, else a power cut would bring files back, also such as were removed
  // before.
  if (settings_.fsync) io::sync_directory(settings_.directory);
}

/// Replaces a sealed segment by one with the records that are needed: those that are not in their tables yet,
/// or not on the disk there.
void Journal::rewrite(std::uint64_t number) {
  std::vector<PendingRecord> left;
  Segment::Header header{};
  {
    const std::scoped_lock lock(mutex_);
    left = backlog_.in_segment(number);
    std::ranges::copy_if(unsynced_, std::back_inserter(left), [this, number](const PendingRecord& one) {
      return one->segment == number && !forgotten_.contains(one->record.owner);
    });
    header = files_.header_of(number);
  }
  std::vector<const Record*> records;
  records.reserve(left.size());
  for (const PendingRecord& one : left) records.push_back(&one->record);
  std::ranges::sort(records, {}, &Record::first);
  rewrite_segment(path_of(number), header, records, settings_.fsync);
  const std::scoped_lock lock(mutex_);
  files_.rewritten(number, records);
}

std::filesystem::path Journal::path_of(std::uint64_t number) const {
  return settings_.directory / segment_name(number);
}

}  // namespace annals::journal
