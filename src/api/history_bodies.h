#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"
#include "history/answer_budget.h"
#include "history/open_streams.h"
#include "history/tail.h"
#include "http/message.h"

namespace annals::api {

/// Returns a response with a body of JSON, which the share counts until the client has taken it.
http::Response held_json(std::string body, history::AnswerBudget::Share share);

/// Returns the table if the client may still read it, or throws.
using AdmitAgain = std::function<boost::asio::awaitable<events::EventsTable>()>;

/// Returns the body of an export. It ends with an error once the client may no longer read, and is cut off
/// together with its place.
std::shared_ptr<http::BodyParts> export_body(std::unique_ptr<engine::ResultStream> stream, AdmitAgain admit,
                                             std::unique_ptr<history::OpenStreams::Place> place);

/// Returns the body of a tail. When its place is cut, it ends normally if it waits for events, which `wake`
/// ends; a client that does not take what it was sent is cut off.
std::shared_ptr<http::BodyParts> tail_body(std::unique_ptr<history::Tail> tail, std::function<void()> wake,
                                           std::unique_ptr<history::OpenStreams::Place> place);

}  // namespace annals::api
