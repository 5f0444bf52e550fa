#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

#include "error.h"
#include "ids/id.h"

namespace annals::history {

/// Bounds the bytes of answers that are held in memory until their clients have taken them, of each client
/// and in total. Thread-safe, but a Share is not. It must outlive every Share.
class AnswerBudget {
 public:
  struct Limits {
    std::size_t total = std::size_t{256} << 20U;
    std::size_t of_one = std::size_t{64} << 20U;   // one answer alone may exceed it
    std::size_t reserve = std::size_t{64} << 20U;  // left to clients that hold little
    std::size_t little = std::size_t{8} << 20U;
  };

  explicit AnswerBudget(Limits limits) : limits_(limits) {}

  /// The bytes of one answer. The destructor gives them back.
  class Share {
   public:
    Share(AnswerBudget& budget, const ClientId& owner) : budget_(&budget), owner_(owner) {}
    ~Share() { keep(0); }
    Share(Share&& other) noexcept;
    Share& operator=(Share&& other) noexcept;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Takes more bytes. Call it before they are held. Returns the error for the client, and takes nothing,
    /// if they would be too many.
    [[nodiscard]] std::optional<Error> take(std::size_t bytes);
    /// Gives back all but that many bytes, if it has more.
    void keep(std::size_t bytes) noexcept;

   private:
    AnswerBudget* budget_;
    ClientId owner_;
    std::size_t held_ = 0;
  };

 private:
  std::optional<Error> take(const ClientId& owner, std::size_t bytes, std::size_t held_by_share);
  void give_back(const ClientId& owner, std::size_t bytes) noexcept;

  const Limits limits_;
  std::mutex mutex_;  // guards the next two
  std::size_t held_ = 0;
  std::map<ClientId, std::size_t> held_by_;
};

}  // namespace annals::history
