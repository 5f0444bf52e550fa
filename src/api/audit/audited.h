#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "audit/record.h"

namespace annals::api {

/// How the requests of a route go on record.
enum class AuditKind : std::uint8_t {
  act,       // before and after: it changes something
  grant,     // before its answer: it changes nothing, and gives out what opens something
  stream,    // when its answer begins and when it ends: it gives out data
  link,      // once, without waiting: it gives out a file's URL
  download,  // once, at its end: it gives out what a link that is on record leads to
};

/// A route whose requests go on record.
struct AuditedRoute {
  std::string_view operation;  // the route's name
  audit::Action action;
  AuditKind kind;
  /// The members of the body that go on record. None of them may hold a secret.
  std::vector<std::string_view> body = {};
  /// The members in which people write what they like, as labels: they go on record once they may be stored,
  /// so that what was written there by mistake and was refused is kept nowhere.
  std::vector<std::string_view> texts = {};
  /// The parameters of the query that go on record. None of them may hold what events hold.
  std::vector<std::string_view> query = {};
};

/// Returns the entry of a route, or null if its requests do not go on record. Whoever adds a route that
/// changes something for others, or gives out data, adds it to the table of this function.
const AuditedRoute* find_audited(std::string_view operation);

}  // namespace annals::api
