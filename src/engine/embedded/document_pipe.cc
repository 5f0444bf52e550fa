#include "engine/embedded/document_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <future>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "io/descriptor.h"

namespace annals::engine {
namespace {

/// The bytes that a pipe holds (pipe(7)), so that no read brings more. A larger part would be mostly unused
/// memory while it waits for its reader.
constexpr std::size_t kPart = std::size_t{64} << 10U;

/// Reads one end of a pipe, and at its own end what is left, so that no writer waits for ever.
class PipeReader {
 public:
  explicit PipeReader(io::Descriptor end) : end_(std::move(end)) {}
  ~PipeReader() {
    std::array<char, 4096> unwanted{};
    while (read(unwanted.data(), unwanted.size()) > 0) {
    }
  }
  PipeReader(const PipeReader&) = delete;
  PipeReader& operator=(const PipeReader&) = delete;

  /// Returns the next part, or nullopt after the last.
  std::optional<std::string> next() {
    std::string part(kPart, '\0');
    const ssize_t bytes = read(part.data(), part.size());
    if (bytes < 0) io::fail(errno, "the result of the engine cannot be read");
    if (bytes == 0) return std::nullopt;
    part.resize(static_cast<std::size_t>(bytes));
    return part;
  }

 private:
  ssize_t read(char* to, std::size_t bytes) const {
    while (true) {
      const ssize_t result = ::read(end_.get(), to, bytes);
      if (result >= 0 || errno != EINTR) return result;
    }
  }

  io::Descriptor end_;
};

}  // namespace

void read_document(const std::function<void(const std::string& path)>& write, const Connection::Sink& sink) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) io::fail(errno, "pipe2");
  io::Descriptor read_end(ends[0]);
  // This end is open until `write` has returned, so that the pipe does not end before `write` has opened its
  // own.
  auto writing = std::async(std::launch::async, [&write, written = io::Descriptor(ends[1])]() mutable {
    const io::Descriptor end = std::move(written);
    write(fmt::format("/proc/self/fd/{}", end.get()));
  });
  {
    PipeReader reader(std::move(read_end));
    while (auto part = reader.next()) {
      if (!sink(std::move(*part))) break;
    }
  }
  writing.get();
}

}  // namespace annals::engine
