#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace annals::cli {

/// Reports that a file is of another kind than those that can be imported. what() says which, and how to
/// import what is in it.
class ForeignFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reports that a file is damaged or incomplete. what() says where.
class BrokenFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A stream of bytes to import, read from its beginning to its end. Not thread-safe.
class Bytes {
 public:
  Bytes() = default;
  virtual ~Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  /// Reads up to `size` bytes to `to`, and waits until there is at least one. Returns their number, 0 at the
  /// end. Throws std::system_error if it cannot read, BrokenFile, and ForeignFile.
  virtual std::size_t read(char* to, std::size_t size) = 0;
};

/// Reads a file descriptor, which must outlive this object.
class FileBytes final : public Bytes {
 public:
  explicit FileBytes(int descriptor) : descriptor_(descriptor) {}
  std::size_t read(char* to, std::size_t size) override;

 private:
  int descriptor_;
};

/// Reads other bytes, whose beginning can be looked at first. They must outlive this object.
class PeekedBytes final : public Bytes {
 public:
  explicit PeekedBytes(Bytes& bytes) : bytes_(bytes) {}

  /// Returns the first bytes: up to `size`, or less at the end or once they contain `until`. A pipe may give
  /// them one by one. Call it before read().
  std::string_view peek(std::size_t size, char until = '\0');
  std::size_t read(char* to, std::size_t size) override;

 private:
  Bytes& bytes_;
  std::string peeked_;
  std::size_t taken_ = 0;  // of what was peeked at
};

}  // namespace annals::cli
