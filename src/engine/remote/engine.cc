#include "engine/remote/engine.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/connection.h"
#include "engine/pooled_engine.h"
#include "engine/remote/pinned_settings.h"
#include "engine/zstd_frame.h"
#include "io/http_client.h"
#include "text/percent_encoding.h"

namespace annals::engine {
namespace {

/// The size from which a body is compressed. Below it, compressing costs more than it saves.
constexpr std::size_t kCompressFrom = std::size_t{32} << 10U;
constexpr int kCompressionLevel = 1;
constexpr int kOk = 200;

/// A header of answers that are the text of an error. A server that has sent progress while a query found
/// nothing has sent the status 200 before it, and then this is all that tells the text from rows.
constexpr std::string_view kExceptionCode = "x-clickhouse-exception-code";

/// A header of every answer of a ClickHouse server. A proxy that waits for better times may answer with a
/// page and the status 200, and an INSERT that was answered so is stored nowhere.
constexpr std::string_view kQueryId = "x-clickhouse-query-id";

bool is_error(const io::HttpResponse& response) {
  return response.status != kOk || !response.header(kExceptionCode).empty() ||
         response.header(kQueryId).empty();
}

[[noreturn]] void raise(const io::HttpResponse& response, std::string_view body) {
  const std::string_view header = response.header(kExceptionCode);
  int code = 0;
  std::from_chars(header.data(), header.data() + header.size(), code);
  constexpr std::size_t kShown = 1000;
  const std::string text = fmt::format("HTTP {}: {}", response.status, body.substr(0, kShown));
  // Without the header, something between us and the engine has answered: the outcome is unknown.
  if (code == 0) throw EngineError(EngineError::Kind::unknown, code, text);
  throw EngineError::of_exception(code, text);
}

/// Separates an error at the end of a streamed body from its rows. The status of a streamed answer is sent
/// before its rows, so the server puts a later error at the end of the body:
/// `__exception__\r\n<tag>\r\n<text>…`, where a header announces the tag. This class holds back as much of
/// the end as the longest error takes.
class ErrorTail {
 public:
  explicit ErrorTail(const Connection::Sink& sink) : sink_(sink) {}

  bool take(const std::string& part) {
    held_ += part;
    if (held_.size() <= kLongestError) return true;
    const std::size_t passed = held_.size() - kLongestError;
    std::string rest = held_.substr(passed);
    held_.resize(passed);
    wanted_ = sink_(std::move(held_));
    held_ = std::move(rest);
    return wanted_;
  }

  /// Passes the rest of the body on, and throws EngineError if the answer is an error or ends with one. Call
  /// it at the end of the body.
  void check(const io::HttpResponse& response) {
    if (is_error(response)) raise(response, held_.empty() ? response.body : held_);
    const std::string_view tag = response.header("x-clickhouse-exception-tag");
    const auto at = tag.empty() ? std::string::npos : held_.find(fmt::format("__exception__\r\n{}", tag));
    const std::string error = at == std::string::npos ? std::string() : held_.substr(at);
    held_.resize(std::min(at, held_.size()));
    if (wanted_ && !held_.empty()) sink_(std::move(held_));
    if (error.empty()) return;
    throw EngineError(EngineError::Kind::unknown, exception_code_in(error), "a result broke off: " + error);
  }

 private:
  static constexpr std::size_t kLongestError = std::size_t{20} << 10U;  // the server cuts its text at 16 KiB

  const Connection::Sink& sink_;
  std::string held_;
  bool wanted_ = true;
};

constexpr std::string_view kBytes = "application/octet-stream";

/// The body of a request and its type.
struct Content {
  std::string type;
  std::string body;
};

/// Returns a statement with its parameters as a form (RFC 7578). Parameters hold labels, hashes of secrets
/// and the words that somebody searches for; a URL is written into the logs of proxies and of the server.
Content content_of(const Statement& statement, std::string sql, std::string_view boundary) {
  if (statement.parameters.empty()) return {.type = std::string(kBytes), .body = std::move(sql)};
  std::string form;
  const auto add = [&](std::string_view name, std::string_view value) {
    form += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary, name,
                        value);
  };
  add("query", sql);
  for (const Parameter& parameter : statement.parameters) {
    add("param_" + parameter.name, escape_parameter(parameter.value));
  }
  form += fmt::format("--{}--\r\n", boundary);
  return {.type = fmt::format("multipart/form-data; boundary={}", boundary), .body = std::move(form)};
}

class RemoteConnection final : public Connection {
 public:
  explicit RemoteConnection(const RemoteSettings& settings)
      : settings_(settings),
        client_(settings.ca_file),
        base_url_(fmt::format("{}/?enable_http_compression=1{}", settings.endpoint, pinned_settings())) {}

  void belong_to(const io::HttpHeaders& trace) override { trace_ = trace; }

  std::string query(const Statement& statement) override {
    if (!may_take_long(statement)) return ask(statement, kWholeAnswer, kAnySilence);
    return ask(statement, fmt::format("{}{}", kWholeAnswer, kProgress), longest_silence());
  }

  /// The server tells of no progress while it changes something.
  void execute(const Statement& statement) override { ask(statement, kWholeAnswer, kAnySilence); }

  /// Does nothing: when a server syncs what it shows is a matter of its own settings.
  void make_durable() override {}

  void stream(const Statement& statement, const Sink& sink, Deadline deadline) override {
    std::string sql = statement.sql;
    if (!statement.document_format.empty()) sql += " FORMAT " + statement.document_format;
    const Content content = content_of(statement, std::move(sql), boundary_);
    io::HttpRequest request = post(url_of(statement, kProgress), content.type, content.body);
    const bool reader_decides = deadline == Deadline::of_reader;
    request.timeout = reader_decides ? kLongestExchange : longest(statement);
    if (reader_decides || may_take_long(statement)) request.max_silence = longest_silence();
    ErrorTail tail(sink);
    const auto response = attempt(
        [&] { return client_.send(request, [&](const std::string& part) { return tail.take(part); }); });
    tail.check(response);
  }

  void insert(const Insert& insert) override {
    const std::string sql = fmt::format("INSERT INTO {} FORMAT RowBinary", insert.into);
    io::HttpRequest request =
        post(fmt::format("{}&query={}", url(kWholeAnswer, settings_.statement_timeout, insert.query_id),
                         text::percent_encode(sql)),
             kBytes, insert.rows);
    request.at_most_once =
        true;  // sent again, it would be taken for a success: the engine may know its token
    std::string packed;
    if (insert.rows.size() >= kCompressFrom) {
      packed = zstd_compressed(insert.rows, kCompressionLevel);
      request.body = packed;
      request.headers.emplace_back("Content-Encoding", "zstd");
    }
    send(std::move(request));
  }

 private:
  /// Makes the server hold the whole answer until the query has ended, so that an error in its middle still
  /// becomes a status code. The buffer is in its memory, which the query's limit counts. The rest of an
  /// answer larger than the buffer would go to a file, and a server whose disk is full (26.7) leaves that
  /// rest out and answers with the status 200.
  static constexpr std::string_view kWholeAnswer = "&wait_end_of_query=1&buffer_size=4294967296";

  /// Makes the server send progress in headers while a query finds nothing for a long time, so that it is not
  /// taken for dead.
  static constexpr std::string_view kProgress =
      "&send_progress_in_http_headers=1&http_headers_progress_interval_ms=1000";

  [[nodiscard]] std::string url(std::string_view options, std::chrono::duration<double> time_limit,
                                std::string_view query_id) const {
    auto url = fmt::format("{}{}&max_execution_time={:.3f}", base_url_, options, time_limit.count());
    if (!query_id.empty()) url += fmt::format("&query_id={}", text::percent_encode(query_id));
    return url;
  }

  [[nodiscard]] std::string url_of(const Statement& statement, std::string_view options) const {
    return url(options, time_limit_of(statement), statement.query_id);
  }

  [[nodiscard]] std::chrono::milliseconds time_limit_of(const Statement& statement) const {
    return statement.time_limit.value_or(settings_.statement_timeout);
  }

  [[nodiscard]] io::HttpRequest post(std::string url, std::string_view type, std::string_view body) const {
    io::HttpHeaders headers{{"X-ClickHouse-User", settings_.user},
                            {"X-ClickHouse-Key", settings_.password.reveal()},
                            {"Content-Type", std::string(type)}};
    headers.insert(headers.end(), trace_.begin(), trace_.end());
    return {.method = "POST",
            .url = std::move(url),
            .headers = std::move(headers),
            .body = body,
            // The engine enforces the limit itself; this timeout is for a network that loses the answer.
            .timeout = settings_.statement_timeout + kAnswerAllowance,
            .server_header = kQueryId};
  }

  /// Returns whether a statement may take longer than others.
  [[nodiscard]] bool may_take_long(const Statement& statement) const {
    const auto limit = time_limit_of(statement);
    return limit == kNoTimeLimit || limit > settings_.statement_timeout;
  }

  /// Returns how long the answer to a statement is waited for.
  [[nodiscard]] std::chrono::milliseconds longest(const Statement& statement) const {
    const auto limit = time_limit_of(statement);
    if (limit == kNoTimeLimit) return kLongestExchange;
    return std::max(limit, settings_.statement_timeout) + kAnswerAllowance;
  }

  /// Returns how long a server may send nothing that tells of its progress, before the answer begins.
  [[nodiscard]] std::chrono::milliseconds longest_silence() const {
    return settings_.statement_timeout + kAnswerAllowance;
  }

  std::string ask(const Statement& statement, std::string_view options,
                  std::chrono::milliseconds max_silence) {
    const Content content = content_of(statement, statement.sql, boundary_);
    io::HttpRequest request = post(url_of(statement, options), content.type, content.body);
    request.at_most_once = statement.at_most_once;
    request.timeout = longest(statement);
    request.max_silence = max_silence;
    return send(std::move(request));
  }

  std::string send(io::HttpRequest request) {
    auto response = attempt([&] { return client_.send(request); });
    if (is_error(response)) raise(response, response.body);
    return std::move(response.body);
  }

  template <class Exchange>
  io::HttpResponse attempt(Exchange exchange) const {
    try {
      return exchange();
    } catch (const io::HttpFailure& failure) {
      const auto kind = failure.request_sent() ? EngineError::Kind::unknown : EngineError::Kind::unavailable;
      throw EngineError(kind, 0, fmt::format("the engine at {}: {}", settings_.endpoint, failure.what()));
    }
  }

  /// The timeout of a slow reader's download, and of a query without a limit.
  static constexpr std::chrono::hours kLongestExchange{6};
  static constexpr std::chrono::milliseconds kAnswerAllowance{2'000};
  static constexpr std::chrono::milliseconds kAnySilence{0};

  RemoteSettings settings_;
  io::HttpClient client_;
  io::HttpHeaders trace_;  // of the statement that runs
  std::string base_url_;
  const std::string boundary_ =
      crypto::Secret::random().reveal();  // so that no value of a user's contains it
};

}  // namespace

std::unique_ptr<Engine> make_remote_engine(const RemoteSettings& settings) {
  const auto connect = [&settings](std::size_t count) {
    std::vector<std::unique_ptr<Connection>> connections;
    connections.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      connections.push_back(std::make_unique<RemoteConnection>(settings));
    return connections;
  };
  return std::make_unique<PooledEngine>(connect(settings.connections),
                                        connect(PooledEngine::kWaitingConnections), settings.max_waiting);
}

}  // namespace annals::engine
