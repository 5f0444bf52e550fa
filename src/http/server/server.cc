#include "http/server/server.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <unordered_map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/server/connection.h"
#include "http/server/session.h"
#include "ops/log.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

// The number of connections over the limit that may be answered 503, or whose request is a vital one, at a
// time; more are closed without an answer.
constexpr std::size_t kMaxRefusals = 64;
// The pause after an accept that failed for lack of a resource, such as file descriptors.
constexpr std::chrono::milliseconds kAcceptPause{100};

void log_exception(std::string_view message, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    ops::log(ops::Level::error, message, {{"error", known.what()}});
  } catch (...) {
    ops::log(ops::Level::error, message, {{"error", "not a std::exception"}});
  }
}

tcp::acceptor listen(const asio::any_io_executor& executor, const std::string& address, std::uint16_t port) {
  try {
    const tcp::endpoint endpoint(asio::ip::make_address(address), port);
    return tcp::acceptor(asio::any_io_executor(asio::make_strand(executor)), endpoint);  // with SO_REUSEADDR
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code(), "cannot listen on " + address + " port " + std::to_string(port));
  }
}

}  // namespace

// The state that the server shares with its coroutines, which may outlive the Server object.
struct Server::State : std::enable_shared_from_this<Server::State> {
  enum class Role : std::uint8_t { session, refusal };

  // Counts one coroutine for as long as this object lives.
  class Running {
   public:
    Running(std::shared_ptr<State> state, std::size_t State::* counter);
    ~Running();
    Running(Running&& other) = default;
    Running& operator=(Running&&) = delete;

    void remember(const std::shared_ptr<Connection>& connection);

   private:
    std::shared_ptr<State> state_;  // null after a move
    std::size_t State::* counter_;
    const Connection* connection_ = nullptr;
  };

  State(asio::any_io_executor io, const std::string& address, std::uint16_t port, const Router& router,
        const ServerLimits& limits, ServerSurroundings around)
      : executor(std::move(io)),
        acceptor(listen(executor, address, port)),
        local_port(acceptor.local_endpoint().port()),
        tls(std::move(around.tls)),
        context(std::make_shared<SessionContext>(
            router, limits, CrossOrigin(std::move(around.cross_origins)),
            TrustedProxies(around.trusted_proxies), std::move(around.public_path), around.logged_requests,
            around.tracer, around.known_as.empty() ? address : around.known_as,
            around.known_port == 0 ? local_port : around.known_port, tls != nullptr,
            std::make_unique<Traffic>(router))) {}

  static asio::awaitable<void> accept_all(std::shared_ptr<State> state);
  void admit(tcp::socket socket);
  bool close_longest_idle();
  void run(tcp::socket socket, bool refused, Running running);
  void stop();

  const asio::any_io_executor executor;
  tcp::acceptor acceptor;  // used on its own strand only
  const std::uint16_t local_port;
  const std::shared_ptr<const TlsContexts> tls;  // null: no TLS
  const std::shared_ptr<SessionContext> context;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::size_t acceptors = 0;
  std::size_t sessions = 0;
  std::size_t refusals = 0;
  bool full = false;  // the last connection was refused
  // A connection that is being closed to make room does not count as a session.
  struct Open {
    std::weak_ptr<Connection> connection;
    bool is_session = true;
    bool is_closing = false;
  };
  std::unordered_map<const Connection*, Open> connections;
  std::size_t closing = 0;
};

// The caller holds the mutex.
Server::State::Running::Running(std::shared_ptr<State> state, std::size_t State::* counter)
    : state_(std::move(state)), counter_(counter) {
  ++((*state_).*counter_);
}

Server::State::Running::~Running() {
  if (!state_) return;
  const std::scoped_lock lock(state_->mutex);
  --((*state_).*counter_);
  const auto open = state_->connections.find(connection_);
  if (open != state_->connections.end()) {
    if (open->second.is_closing) --state_->closing;
    state_->connections.erase(open);
  }
  state_->changed.notify_all();
}

void Server::State::Running::remember(const std::shared_ptr<Connection>& connection) {
  const std::scoped_lock lock(state_->mutex);
  state_->connections.emplace(connection.get(),
                              Open{.connection = connection, .is_session = counter_ == &State::sessions});
  connection_ = connection.get();
}

asio::awaitable<void> Server::State::accept_all(std::shared_ptr<State> state) {
  asio::steady_timer pause(state->acceptor.get_executor());
  bool failing = false;
  for (;;) {
    const asio::any_io_executor strand = asio::make_strand(state->executor);
    auto [error, socket] = co_await state->acceptor.async_accept(strand, asio::as_tuple(asio::use_awaitable));
    if (state->context->stopping) co_return;
    if (error) {
      if (!failing) ops::log(ops::Level::warning, "cannot accept connections", {{"error", error.message()}});
      failing = true;
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    failing = false;
    try {
      state->admit(std::move(socket));
    } catch (...) {
      log_exception("connection dropped", std::current_exception());
    }
  }
}

void Server::State::admit(tcp::socket socket) {
  std::optional<Running> running;
  bool refused = false;
  {
    const std::scoped_lock lock(mutex);
    refused = sessions - closing >= context->limits.max_connections && !close_longest_idle();
    if (refused && !full) ops::log(ops::Level::warning, "connection limit reached");
    full = refused;
    if (refused) context->traffic->count_refused_connection();
    if (refused && refusals >= kMaxRefusals) return;
    running.emplace(shared_from_this(), refused ? &State::refusals : &State::sessions);
  }
  run(std::move(socket), refused, std::move(*running));
}

// Makes room for a new connection: who holds connections without using them must not shut others out. Returns
// false if all are in use. The caller holds the mutex.
bool Server::State::close_longest_idle() {
  if (closing >= kMaxRefusals) return false;
  std::shared_ptr<Connection> longest;
  auto since = Connection::kBusy;
  Open* chosen = nullptr;
  for (auto& [key, open] : connections) {
    auto connection = open.connection.lock();
    if (!connection || !open.is_session || open.is_closing || connection->idle_since() >= since) continue;
    since = connection->idle_since();
    longest = std::move(connection);
    chosen = &open;
  }
  if (chosen == nullptr) return false;
  chosen->is_closing = true;
  ++closing;
  asio::post(longest->executor(), [longest] { longest->close_when_idle(); });
  return true;
}

void Server::State::run(tcp::socket socket, bool refused, Running running) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(std::move(socket), tls ? tls->current() : nullptr);
  running.remember(connection);
  // stop() sets the flag before it looks for connections: either it finds this one, or the flag is seen here.
  if (context->stopping) return;
  auto work = refused ? serve_when_full(connection, context) : serve(connection, context);
  asio::co_spawn(connection->executor(), std::move(work),
                 [running = std::move(running)](const std::exception_ptr& error) {
                   if (error) log_exception("connection failed", error);
                 });
}

void Server::State::stop() {
  context->stopping = true;
  asio::post(acceptor.get_executor(), [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->acceptor.close(ignored);
  });
  const std::scoped_lock lock(mutex);
  for (const auto& [key, open] : connections) {
    const auto connection = open.connection.lock();
    if (!connection) continue;
    asio::post(connection->executor(), [connection] { connection->interrupt(); });
  }
}

Server::Server(asio::any_io_executor executor, const std::string& address, std::uint16_t port,
               const Router& router, ServerLimits limits, ServerSurroundings around)
    : state_(std::make_shared<State>(std::move(executor), address, port, router, limits, std::move(around))) {
}

Server::~Server() {
  stop();
}

std::uint16_t Server::port() const {
  return state_->local_port;
}

Traffic::Snapshot Server::traffic() const {
  auto snapshot = state_->context->traffic->snapshot();
  snapshot.max_connections = state_->context->limits.max_connections;
  const std::scoped_lock lock(state_->mutex);
  snapshot.connections = state_->sessions;
  return snapshot;
}

void Server::start() {
  std::optional<State::Running> counted;
  {
    const std::scoped_lock lock(state_->mutex);
    counted.emplace(state_, &State::acceptors);
  }
  asio::co_spawn(state_->acceptor.get_executor(), State::accept_all(state_),
                 [running = std::move(*counted)](const std::exception_ptr& error) {
                   if (error) log_exception("accepting connections failed", error);
                 });
}

void Server::stop() {
  state_->stop();
}

bool Server::wait_closed(std::chrono::milliseconds patience) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(
      lock, patience, [this] { return state_->acceptors + state_->sessions + state_->refusals == 0; });
}

}  // namespace annals::http
