#include "audit/refusals.h"

#include "access/network.h"

namespace annals::audit {
namespace {

Record record_of(const Refusal& refusal, std::uint64_t count) {
  Record record{.action = Action::refuse_credentials,
                .result = Result::refused,
                .actor = refusal.actor,
                .address = refusal.address,
                .request_id = refusal.request_id,
                .details = {{"reason", refusal.reason}, {"count", count}}};
  if (!refusal.operation.empty()) record.details["operation"] = refusal.operation;
  if (refusal.client_id) {
    record.subject = refusal.client_id->uuid();
    record.details["client_id"] = refusal.client_id->text();
  }
  return record;
}

}  // namespace

std::optional<Record> Refusals::add(const Refusal& refusal, Clock::time_point now) {
  if (!began_) began_ = now;
  const Kind kind{access::network_of(refusal.address), refusal.actor.id, refusal.reason};
  const auto found = kinds_.find(kind);
  if (found != kinds_.end()) {
    ++found->second.further;
    found->second.last = refusal;
    return std::nullopt;
  }
  if (kinds_.size() >= limits_.kinds) {
    ++others_;
    return std::nullopt;
  }
  kinds_.emplace(kind, Counted{.last = refusal});
  return record_of(refusal, 1);
}

std::vector<Record> Refusals::take_ended(Clock::time_point now) {
  if (!began_ || now - *began_ < limits_.window) return {};
  return take_all();
}

std::vector<Record> Refusals::take_all() {
  std::vector<Record> records;
  records.reserve(kinds_.size() + 1);
  for (const auto& [kind, counted] : kinds_) {
    if (counted.further > 0) records.push_back(record_of(counted.last, counted.further));
  }
  if (others_ > 0) {
    records.push_back({.action = Action::refuse_credentials,
                       .result = Result::refused,
                       .details = {{"reason", "of further addresses"}, {"count", others_}}});
  }
  began_.reset();
  kinds_.clear();
  others_ = 0;
  return records;
}

}  // namespace annals::audit
