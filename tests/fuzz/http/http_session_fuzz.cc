// The real session of the server, over a pair of sockets, with arbitrary bytes in arbitrary pieces.
// Properties: it needs a bounded number of steps and waits for nothing once the client sends no more, or is
// gone; every request that a handler took and every beginning of one has an answer; all answers are
// well-formed HTTP and errors have the contract's shape; pieces have the same answers as the whole; and a
// server that is full answers once.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/json/parse.hpp>

#include "error.h"
#include "fuzz/fuzzing.h"
#include "fuzz/http/answers.h"
#include "http/server/session.h"
#include "ops/log.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;
using fuzzing::Answer;
using fuzzing::require;

constexpr std::size_t kMaxHeader = 1024;
constexpr std::size_t kMaxBody = 2048;
constexpr std::chrono::hours kLong{24};

int handled = 0;  // requests that a handler has taken

Response counted(std::string body) {
  ++handled;
  Response response = json(Status::ok, std::move(body));
  response.headers.emplace_back("X-Handled", "yes");
  return response;
}

// A body in three parts.
class ThreeParts final : public BodyParts {
 public:
  asio::awaitable<std::optional<std::string>> next() override {
    if (made_ == 3) co_return std::nullopt;
    co_return fmt::format("\"part {}\"\n", made_++);
  }

 private:
  int made_ = 0;
};

asio::awaitable<Response> tell_size(Request request) {
  co_return counted(fmt::format(R"({{"size":{}}})", request.body.size()));
}

asio::awaitable<Response> tell_parts(Request request) {
  std::size_t size = 0;
  for (;;) {
    const auto part = co_await request.body_parts->next();
    if (!part) break;
    size += part->size();
  }
  co_return counted(fmt::format(R"({{"size":{}}})", size));
}

asio::awaitable<Response> give_parts(Request /*request*/) {
  Response response = counted("");
  response.body_parts = std::make_shared<ThreeParts>();
  co_return response;
}

asio::awaitable<Response> remove(Request /*request*/) {
  Response response = no_content();
  response.headers.emplace_back("X-Handled", "yes");
  ++handled;
  co_return response;
}

asio::awaitable<Response> fail(Request /*request*/) {
  throw Error(ErrorCode::overloaded, "Too many requests.", std::chrono::seconds(1));
  co_return Response{};
}

asio::awaitable<Handler> ready(Handler handler) {
  co_return handler;
}

Admit for_anyone(Handler handler) {
  return [handler = std::move(handler)](const Request& /*head*/) { return ready(handler); };
}

Router make_router() {
  Router router;
  const auto add = [&router](std::string method, std::string path, Handler handler, bool in_parts = false) {
    router.add({.method = std::move(method),
                .path = std::move(path),
                .operation = {},
                .admit = for_anyone(std::move(handler)),
                .takes_body_in_parts = in_parts});
  };
  add("GET", "/a", tell_size);
  add("POST", "/a", tell_size);
  add("POST", "/parts", tell_parts, true);
  add("GET", "/many", give_parts);
  add("DELETE", "/a", remove);
  add("GET", "/fails", fail);
  return router;
}

std::shared_ptr<const SessionContext> context() {
  static const Router router = make_router();
  // What an answer is must not depend on how busy the machine is.
  static const auto shared = std::make_shared<SessionContext>(
      router,
      ServerLimits{.max_header_bytes = kMaxHeader,
                   .max_body_bytes = kMaxBody,
                   .handshake_time = kLong,
                   .header_time = kLong,
                   .body_time = kLong,
                   .idle_time = kLong,
                   .write_time = kLong,
                   .finish_time = kLong},
      CrossOrigin({"https://console.example"}), TrustedProxies({}), "/annals", 0.0, nullptr, "localhost",
      std::uint16_t{80}, false, std::make_unique<Traffic>(router));
  return shared;
}

// Serves a connection: serve(), or serve_when_full().
using Serve = asio::awaitable<void> (*)(std::shared_ptr<Connection>, std::shared_ptr<const SessionContext>);

// One session and its client, driven step by step on this thread.
class Exchanging {
 public:
  explicit Exchanging(Serve serve) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0,
            "a pair of sockets");
    client_ = ends[0];
    asio::ip::tcp::socket socket(asio::make_strand(io_), asio::ip::tcp::v4(), ends[1]);
    auto connection = std::make_shared<Connection>(std::move(socket));
    asio::co_spawn(connection->executor(), serve(connection, context()), [this](const auto& error) {
      require(error == nullptr, "a session that throws nothing");
      ended_ = true;
    });
    work();
  }

  ~Exchanging() {
    if (client_ >= 0) ::close(client_);
  }
  Exchanging(const Exchanging&) = delete;
  Exchanging& operator=(const Exchanging&) = delete;

  void send(std::string_view bytes) {
    if (closed_) return;
    const auto sent = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    closed_ = sent < 0;
    require(closed_ || static_cast<std::size_t>(sent) == bytes.size(), "room for a piece");
    work();
  }

  // Returns all that the server has sent, after it has ended.
  std::string finish() {
    ::shutdown(client_, SHUT_WR);
    work();
    require(ended_, "a session that ends once the client sends no more");
    return std::move(received_);
  }

  // Closes the connection without a look at what the server sends from then on.
  void vanish() {
    ::close(std::exchange(client_, -1));
    work();
    require(ended_, "a session that ends once the client is gone");
  }

 private:
  // Works until there is nothing to do but to wait.
  void work() {
    while (io_.poll() + receive() > 0) {
      io_.restart();
      require(++steps_ < kMaxSteps, "a session that needs a bounded number of steps");
    }
    io_.restart();
  }

  std::size_t receive() {
    char bytes[4096];
    const auto size = ::recv(client_, bytes, sizeof(bytes), 0);
    if (size <= 0) return 0;
    received_.append(bytes, static_cast<std::size_t>(size));
    return static_cast<std::size_t>(size);
  }

  static constexpr int kMaxSteps = 100'000;

  asio::io_context io_;
  int client_ = -1;
  int steps_ = 0;
  bool ended_ = false;
  bool closed_ = false;
  std::string received_;
};

void check_error(const Answer& answer, bool may_be_head) {
  if (answer.body.empty() && may_be_head) return;
  boost::system::error_code error;
  const auto body = boost::json::parse(answer.body, error);
  require(!error && body.is_object() && body.get_object().contains("detail"),
          "an error in the contract's shape");
}

std::vector<Answer> answers_to(const std::vector<std::string_view>& pieces, bool may_be_head,
                               Serve serve = http::serve) {
  handled = 0;
  Exchanging exchanging(serve);
  for (const std::string_view piece : pieces) exchanging.send(piece);
  const std::string sent = exchanging.finish();
  auto answers = fuzzing::AnswerReader(sent, may_be_head).all();
  int answers_of_handlers = 0;
  for (const Answer& answer : answers) {
    for (const std::string_view name : {"Date", "X-Request-Id", "Cache-Control"}) {
      require(answer.fields.count(name) == 1, "one field of each that every answer has");
    }
    if (answer.field("X-Handled")) ++answers_of_handlers;
    if (answer.status >= 400) check_error(answer, may_be_head);
  }
  require(answers_of_handlers == handled, "an answer to every request that a handler took");
  return answers;
}

bool is_empty_lines(std::string_view text) {
  while (text.starts_with("\r\n")) text.remove_prefix(2);
  return text.empty() || text == "\r";
}

void check_vanishing(const std::vector<std::string_view>& pieces) {
  Exchanging exchanging(serve);
  for (const std::string_view piece : pieces) exchanging.send(piece);
  exchanging.vanish();
}

// A server with too many connections answers one request and closes.
void check_when_full(const std::vector<std::string_view>& pieces, bool may_be_head) {
  const auto answers = answers_to(pieces, may_be_head, serve_when_full);
  require(answers.size() <= 1, "one answer of a server that is full");
  for (const Answer& answer : answers) {
    require(answer.field("Connection") == "close" && !answer.field("X-Handled"), "a refusal");
  }
}

void check(std::string_view text, std::uint8_t cuts) {
  const bool may_be_head = text.contains("HEAD");
  const auto whole = answers_to({text}, may_be_head);
  require(!whole.empty() || is_empty_lines(text), "an answer to whatever is no empty line");
  const auto pieces = fuzzing::pieces_of(text, cuts);
  const auto cut = answers_to(pieces, may_be_head);
  require(whole.empty() == cut.empty(), "an answer to the pieces as to the whole");
  const std::size_t size = std::min(whole.size(), cut.size());
  for (std::size_t i = 0; i < size; ++i) {
    require(cut[i].status == whole[i].status, "the same answers to the pieces as to the whole");
  }
  // A request that is refused while the rest of its body is on the way is the connection's last.
  const auto& shorter = whole.size() < cut.size() ? whole : cut;
  const bool ends = size == 0 || shorter[size - 1].field("Connection") == "close";
  require(whole.size() == cut.size() || ends, "as many answers to the pieces as to the whole");
  check_vanishing(pieces);
  check_when_full(pieces, may_be_head);
}

}  // namespace
}  // namespace annals::http

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  annals::ops::set_log_level(annals::ops::Level::error);
  FuzzedDataProvider input(data, size);
  const auto cuts = input.ConsumeIntegral<std::uint8_t>();
  const std::string text = input.ConsumeRemainingBytesAsString();
  if (!text.empty()) annals::http::check(text, cuts);
  return 0;
}
