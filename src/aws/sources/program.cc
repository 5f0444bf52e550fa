#include "aws/sources/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "io/descriptor.h"

namespace annals::aws {
namespace {

using std::chrono::steady_clock;

/// Throws if a call of the spawn family has failed; they return the error.
void check(int error, const char* what) {
  if (error != 0) throw CredentialsError(fmt::format("{}: {}", what, std::generic_category().message(error)));
}

/// Holds what is done to descriptors between fork and exec.
class FileActions {
 public:
  explicit FileActions(int output) {
    constexpr int kFirstOfOurs = 3;
    check(::posix_spawn_file_actions_init(&actions_), "posix_spawn");
    check(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
          "posix_spawn");
    check(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO), "posix_spawn");
    check(::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0),
          "posix_spawn");
    check(::posix_spawn_file_actions_addclosefrom_np(&actions_, kFirstOfOurs), "posix_spawn");
  }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A process group of its own, and no signal that is blocked or ignored here.
class Attributes {
 public:
  Attributes() {
    check(::posix_spawnattr_init(&attributes_), "posix_spawn");
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    check(::posix_spawnattr_setsigmask(&attributes_, &none), "posix_spawn");
    check(::posix_spawnattr_setsigdefault(&attributes_, &all), "posix_spawn");
    check(::posix_spawnattr_setflags(
              &attributes_,
              static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)),
          "posix_spawn");
  }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// Waits until something can be read, or the process that a pidfd names has ended. Returns false at the
/// deadline.
bool wait_for(int descriptor, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// A process that was started. The destructor kills it if it has not ended, and waits for its end.
class Child {
 public:
  Child(const std::vector<std::string>& words, int output) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const FileActions actions(output);
    const Attributes attributes;
    check(::posix_spawnp(&id_, arguments.front(), actions.get(), attributes.get(), arguments.data(), environ),
          "it cannot be started");
  }
  ~Child() {
    if (ended_) return;
    ::kill(-id_, SIGKILL);
    reap();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Returns the status of its end, or nullopt at the deadline.
  std::optional<int> end(Deadline deadline) {
    // The header of glibc 2.36 declares pidfd_open() for C only.
    const io::Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
    if (process.get() < 0 || !wait_for(process.get(), deadline)) return std::nullopt;
    return reap();
  }

 private:
  int reap() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
    ended_ = true;
    return status;
  }

  pid_t id_ = -1;
  bool ended_ = false;
};

/// Reads to the end of the pipe. Returns nullopt if that does not come in time.
std::optional<std::string> read_all(int pipe, std::size_t max_bytes, Deadline deadline) {
  std::string output;
  std::array<char, 4096> part{};
  while (wait_for(pipe, deadline)) {
    const ssize_t size = ::read(pipe, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw CredentialsError("its output cannot be read");
    if (size == 0) return output;
    output.append(part.data(), static_cast<std::size_t>(size));
    if (output.size() > max_bytes)
      throw CredentialsError(fmt::format("it writes more than {} bytes", max_bytes));
  }
  return std::nullopt;
}

/// Splits a command character by character.
class Splitting {
 public:
  void take(char c) {
    if (escaped_) {
      escaped_ = false;
      // In double quotes a backslash stands for itself, except before these.
      if (quote_ == '"' && c != '"' && c != '\\') word_ += '\\';
      word_ += c;
      return;
    }
    if (c == '\\' && quote_ != '\'') {
      escaped_ = begun_ = true;
    } else if (quote_ != '\0') {
      take_quoted(c);
    } else if (c == '"' || c == '\'') {
      quote_ = c;
      begun_ = true;
    } else if (c == ' ' || c == '\t') {
      end_word();
    } else {
      word_ += c;
      begun_ = true;
    }
  }

  std::optional<std::vector<std::string>> finish() {
    if (escaped_ || quote_ != '\0') return std::nullopt;
    end_word();
    if (words_.empty()) return std::nullopt;
    return std::move(words_);
  }

 private:
  void take_quoted(char c) {
    if (c == quote_) {
      quote_ = '\0';
    } else {
      word_ += c;
    }
  }

  void end_word() {
    if (begun_) words_.push_back(std::exchange(word_, {}));
    begun_ = false;
  }

  std::vector<std::string> words_;
  std::string word_;
  bool begun_ = false;
  bool escaped_ = false;
  char quote_ = '\0';
};

}  // namespace

std::optional<std::vector<std::string>> split_command(std::string_view command) {
  Splitting splitting;
  for (const char c : command) splitting.take(c);
  return splitting.finish();
}

std::string output_of(const std::vector<std::string>& words, std::size_t max_bytes, Deadline deadline) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) check(errno, "a pipe");
  const io::Descriptor reading(ends[0]);
  std::optional<io::Descriptor> writing(std::in_place, ends[1]);
  Child child(words, writing->get());
  writing.reset();  // so that the pipe ends with the program
  auto output = read_all(reading.get(), max_bytes, deadline);
  const auto status = output ? child.end(deadline) : std::nullopt;
  if (!status) throw CredentialsError("it was not done in time");
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    throw CredentialsError(WIFEXITED(*status) ? fmt::format("it ended with {}", WEXITSTATUS(*status))
                                              : fmt::format("it was ended by signal {}", WTERMSIG(*status)));
  }
  return *std::move(output);
}

}  // namespace annals::aws
