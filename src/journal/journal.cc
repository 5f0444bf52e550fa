#include "journal/journal.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "io/durable_file.h"
#include "journal/start.h"
#include "ops/log.h"
#include "tenants/errors.h"

namespace annals::journal {
namespace {

using boost::asio::awaitable;

/// The bytes of one commit of the journal. What waits beyond that leaves with the next.
constexpr std::size_t kMaxCommit = std::size_t{4} << 20U;

constexpr std::size_t kMaxKeeping = 100'000;  // jobs that wait for the keeper's thread
constexpr const char* kSpare = "spare";
constexpr const char* kNext = "next";

bool is_lack_of_room(const std::system_error& error) {
  return error.code() == std::errc::no_space_on_device || error.code().value() == EDQUOT;
}

Error cannot_grow(const std::exception& error) {
  return {ErrorCode::engine_unavailable, "History database is unavailable.",
          fmt::format("the journal cannot begin a file: {}", error.what())};
}

}  // namespace

/// A call that waits for the writing thread: append() with rows; or forget() without, until all that was
/// queued before is written and lies in sealed segments.
struct Journal::Waiting {
  explicit Waiting(const ClientId& its_owner) : owner(its_owner) {}
  [[nodiscard]] bool has_rows() const { return !rows.starts.empty(); }

  ClientId owner;
  NumberedRows rows = {};
  std::uint64_t first = 0;
  std::exception_ptr error = {};
  io::Wake wake = {};
};

/// The thread that prepares, rewrites and removes files needs nothing of its own.
struct Journal::Keeper {
  static std::vector<std::unique_ptr<Keeper>> one() {
    std::vector<std::unique_ptr<Keeper>> keepers;
    keepers.push_back(std::make_unique<Keeper>());
    return keepers;
  }
};

Journal::Journal(Settings settings)
    : settings_(std::move(settings)), backlog_(settings_.due), keeper_(Keeper::one(), kMaxKeeping) {
  std::filesystem::create_directories(settings_.directory);
  Start start = read_journal(settings_.directory, settings_.witness, settings_.fsync);
  id_ = start.id;
  next_number_ = start.next_number;
  written_ = start.next_number;
  next_segment_ = start.next_segment;
  for (SegmentContent& segment : start.segments) take_over(std::move(segment));
  begin_segment(0);
  if (start.is_new) write_witness(settings_.witness, id_);
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
  if (!active_->has_room(bytes)) begin_segment(bytes);
  std::string text;
  text.reserve(bytes);
  for (const Record& record : records) {
    append_record(text, record, active_->key(), static_cast<std::uint32_t>(text.size()));
  }
  active_->write(text);
  if (settings_.fsync) active_->sync();
  written_ = records.back().first + records.back().rows;
  keep(std::move(records));
  if (active_->is_half_full()) prepare_spare();
}

/// Makes records pending that are durable.
void Journal::keep(std::vector<Record> records) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t number = active_->key().number;
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

/// Begins another segment if the active one holds bytes of a forgotten tenant, so that it can be rewritten.
void Journal::seal_if_needed() {
  {
    const std::scoped_lock lock(mutex_);
    const auto is_forgotten = [this](const ClientId& one) { return forgotten_.contains(one); };
    if (std::ranges::none_of(files_.owners_in_last(), is_forgotten)) return;
  }
  begin_segment(0);
}

/// Begins a segment that has room for so many bytes. If there is no room on the disk, the active one stays.
void Journal::begin_segment(std::size_t bytes) {
  const std::size_t size = std::max(settings_.segment_bytes, bytes + Segment::kHeaderSize);
  Segment::Header header{};
  bool prepared = false;
  {
    const std::scoped_lock lock(mutex_);
    header = {.key = {.journal = id_, .number = next_segment_++}, .next = written_};
    // One that is still being made must not be touched.
    prepared = spare_ == Spare::ready && size == settings_.segment_bytes;
    if (prepared) spare_ = Spare::none;
  }
  const auto source = settings_.directory / (prepared ? kSpare : kNext);
  if (!prepared) prepare_next(source, size);
  active_ = std::make_unique<Segment>(source, settings_.directory, header, settings_.fsync);
  const std::scoped_lock lock(mutex_);
  files_.begin(header);
}

/// Throws Error(engine_unavailable) if the disk is full, which costs nothing but this attempt.
void Journal::prepare_next(const std::filesystem::path& path, std::size_t size) {
  try {
    Segment::prepare(path, size);
  } catch (const std::system_error& error) {
    if (!is_lack_of_room(error)) throw;
    throw cannot_grow(error);
  }
}

/// Lets the keeper make the raw material of the next segment.
void Journal::prepare_spare() {
  {
    const std::scoped_lock lock(mutex_);
    if (spare_ != Spare::none) return;
    spare_ = Spare::being_made;
  }
  keeper_.post([this](Keeper* keeper) {
    bool made = false;
    try {
      if (keeper != nullptr) {
        Segment::prepare(settings_.directory / kSpare, settings_.segment_bytes);
        made = true;
      }
    } catch (const std::system_error& error) {
      ops::log(ops::Level::warning, "the next file of the journal cannot be prepared",
               {{"error", error.what()}});
    }
    const std::scoped_lock lock(mutex_);
    spare_ = made ? Spare::ready : Spare::none;
  });
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
  co_await keeper_.run([this, numbers = std::move(synced.segments), sparse = std::move(sparse)](Keeper&) {
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
  co_await keeper_.run([this, owner](Keeper&) { keeping([&] { erase(owner); }); });
}

/// Does a piece of work on files. A disk that fails, but for lack of room, is trusted with nothing more.
template <class Work>
void Journal::keeping(Work work) {
  try {
    work();
  } catch (const std::system_error& error) {
    if (!is_lack_of_room(error)) fail(error.what());
    throw;
  }
}

/// Removes what the sealed segments hold of a forgotten tenant.
void Journal::erase(const ClientId& owner) {
  std::vector<std::uint64_t> numbers;
  {
    const std::scoped_lock lock(mutex_);
    numbers = files_.holding(owner);
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
