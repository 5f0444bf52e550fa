#include "aws/renewal.h"

#include <algorithm>
#include <utility>

#include "ops/log.h"
#include "text/time.h"

namespace annals::aws {
namespace {

using namespace std::chrono_literals;

constexpr auto kRenewBefore = 15min;
constexpr auto kWaitBefore = 10min;
constexpr int kRenewPart = 4;  // of a life that is shorter than an hour
constexpr int kWaitPart = 6;
constexpr auto kRenewSeconds = 4s;
constexpr auto kWaitSeconds = 3s;
constexpr auto kFetchTime = 10s;  // for a fetch with its retries
constexpr auto kShortestPause = 1s;
constexpr auto kLongestPause = 30s;
constexpr int kPausesOfRest = 20;
constexpr std::size_t kMaxWaiting = 1024;

std::vector<std::unique_ptr<io::HttpClient>> one_client(const std::string& ca_file) {
  std::vector<std::unique_ptr<io::HttpClient>> clients;
  clients.push_back(std::make_unique<io::HttpClient>(ca_file));
  return clients;
}

std::string written(std::optional<RenewalTimes::Time> time) {
  if (!time) return "never";
  return text::format_time(std::chrono::floor<std::chrono::milliseconds>(*time));
}

}  // namespace

RenewalTimes RenewalTimes::of(std::optional<Time> expires_at, Time now) {
  if (!expires_at) return {};
  const auto life = std::max(*expires_at - now, Time::duration::zero());
  const auto before = [life](Time::duration longest, int part, Time::duration shortest) {
    return std::min({longest, std::max(life / part, shortest), life * 2 / 3});
  };
  return {.begin = *expires_at - before(kRenewBefore, kRenewPart, kRenewSeconds),
          .wait = *expires_at - before(kWaitBefore, kWaitPart, kWaitSeconds),
          .end = *expires_at};
}

Renewal::Renewal(Source source, const std::string& ca_file)
    : source_(std::move(source)), pool_(one_client(ca_file), 1) {
  if (source_.first) keep(*source_.first);
}

boost::asio::awaitable<Renewal::Snapshot> Renewal::get() {
  bool begins = false;
  bool waits = false;
  {
    const std::scoped_lock lock(mutex_);
    const Need need = this->need();
    if (need == Need::none) co_return current_;
    begins = may_begin();
    running_ = running_ || begins;
    waits = need == Need::now && running_;
  }
  if (begins) begin();
  if (waits) co_await wait_for_end();
  co_return current(std::chrono::system_clock::now());
}

boost::asio::awaitable<Renewal::Snapshot> Renewal::replace(Snapshot used) {
  bool begins = false;
  {
    const std::scoped_lock lock(mutex_);
    if (current_ != used) co_return current_;  // somebody has replaced them meanwhile
    begins = may_begin();
    if (!begins && !running_) co_return nullptr;
    running_ = true;
  }
  if (begins) begin();
  co_await wait_for_end();
  Snapshot found = latest();
  if (found == used) found.reset();
  co_return found;
}

Renewal::Snapshot Renewal::current(std::chrono::system_clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  if (!current_) throw CredentialsError(failure_);
  if (now < times_.end) return current_;
  throw CredentialsError("the credentials expire at " + written(current_->expires_at) +
                         (failure_.empty() ? "" : ", and others were not to be had: " + failure_));
}

Renewal::Snapshot Renewal::latest() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

Renewal::Need Renewal::need() const {
  const auto now = std::chrono::system_clock::now();
  if (!current_ || now >= times_.wait) return Need::now;
  return now >= times_.begin ? Need::soon : Need::none;
}

bool Renewal::may_begin() const {
  return !running_ && Clock::now() >= not_before_;
}

void Renewal::begin() {
  pool_.post([this](io::HttpClient* http) { fetch(http); });
}

boost::asio::awaitable<void> Renewal::wait_for_end() {
  co_await io::suspend([this](io::Wake wake) {
    {
      const std::scoped_lock lock(mutex_);
      if (running_ && waiting_.size() < kMaxWaiting) {
        waiting_.push_back(std::move(wake));
        return;
      }
    }
    wake();
  });
}

void Renewal::fetch(io::HttpClient* http) {
  std::optional<Credentials> brought;
  std::string failure;
  try {
    brought = source_.fetch(pool_.checked(http), Clock::now() + kFetchTime);
    if (brought->expires_at && *brought->expires_at <= std::chrono::system_clock::now()) {
      failure = source_.name + " has brought credentials that expired at " + written(brought->expires_at);
      brought.reset();
    }
  } catch (const std::exception& error) {
    failure = error.what();
  }
  end(std::move(brought), std::move(failure));
}

void Renewal::end(std::optional<Credentials> brought, std::string failure) {
  const std::string until = brought ? written(brought->expires_at) : "";
  std::vector<io::Wake> woken;
  {
    const std::scoped_lock lock(mutex_);
    running_ = false;
    failure_ = failure;
    if (brought) {
      keep(*std::move(brought));
    } else {
      not_before_ = Clock::now() + pause_after_failure();
    }
    woken.swap(waiting_);
  }
  if (failure.empty()) {
    ops::log(ops::Level::debug, "AWS credentials were renewed",
             {{"source", source_.name}, {"valid_until", until}});
  } else {
    ops::log_damped(ops::Level::warning, "AWS credentials cannot be renewed now", {{"error", failure}});
  }
  for (io::Wake& wake : woken) wake();
}

void Renewal::keep(Credentials credentials) {
  const auto expires_at = credentials.expires_at;
  const bool is_news = !current_ || !is_same(*current_, credentials) || current_->expires_at != expires_at;
  if (is_news) current_ = std::make_shared<const Credentials>(std::move(credentials));
  times_ = RenewalTimes::of(expires_at, std::chrono::system_clock::now());
  failure_.clear();
  not_before_ = Clock::now() + kShortestPause;
}

Renewal::Clock::duration Renewal::pause_after_failure() const {
  const auto expires_at = current_ ? current_->expires_at : std::nullopt;
  if (!expires_at) return kShortestPause;
  const auto rest = *expires_at - std::chrono::system_clock::now();
  return std::clamp<Clock::duration>(std::chrono::duration_cast<Clock::duration>(rest / kPausesOfRest),
                                     kShortestPause, kLongestPause);
}

}  // namespace annals::aws
