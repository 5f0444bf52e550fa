#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace annals::io {

/// Shares a number of bytes among many holders, so that what they hold together has a limit, and no holder
/// can take what all others need. Thread-safe, but a Share is not. It must outlive every Share.
class Budget {
 public:
  struct Limits {
    std::size_t total;
    std::size_t of_one;               // of one holder
    std::size_t reserve = 0;          // the part of `total` that is kept for those who hold little
    std::size_t of_one_reserved = 0;  // what a holder may hold and still take from the reserve
  };

  /// Returns limits for `total` bytes: a quarter is kept for those who hold little, and one holder may have
  /// half, or all but the reserve if that is not much.
  static Limits fair(std::size_t total);

  explicit Budget(Limits limits) : limits_(limits) {}
  ~Budget() = default;
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

 private:
  struct Holder {
    std::size_t held = 0;
    std::size_t shares = 0;
  };
  using Holders = std::map<std::string, Holder>;

 public:
  /// The bytes that one holder has taken for one purpose. The destructor gives them back.
  class Share {
   public:
    /// Shares with the same name belong to one holder.
    Share(Budget& budget, const std::string& holder);
    ~Share();
    Share(Share&& other) noexcept;
    Share& operator=(Share&&) = delete;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Takes more bytes. Returns false, and takes nothing, if this holder may not have that many now.
    [[nodiscard]] bool take(std::size_t bytes);
    void release();
    [[nodiscard]] std::size_t held() const { return held_; }

   private:
    Budget* budget_;  // null after a move
    Holders::iterator holder_;
    std::size_t held_ = 0;
  };

  /// Returns how many holders have a share. Nothing is kept of the others.
  [[nodiscard]] std::size_t holders() const;

 private:
  const Limits limits_;
  mutable std::mutex mutex_;  // guards what follows
  std::size_t taken_ = 0;
  Holders holders_;  // those that have a share
};

}  // namespace annals::io
