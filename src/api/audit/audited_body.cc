#include "api/audit/audited_body.h"

#include <cstdint>
#include <utility>

namespace annals::api {
namespace {

using boost::asio::awaitable;

class AuditedBody final : public http::BodyParts {
 public:
  AuditedBody(std::shared_ptr<http::BodyParts> body, audit::Trail& trail, audit::Record record)
      : body_(std::move(body)), trail_(trail), record_(std::move(record)) {}
  ~AuditedBody() override { note_end(); }

  AuditedBody(const AuditedBody&) = delete;
  AuditedBody& operator=(const AuditedBody&) = delete;

  void begin(std::function<void()> break_off) override { body_->begin(std::move(break_off)); }

  awaitable<std::optional<std::string>> next() override {
    auto part = co_await body_->next();
    if (part) {
      bytes_ += part->size();
    } else {
      is_whole_ = true;
    }
    co_return part;
  }

 private:
  /// A client that is gone, an error and the end of the service end the body without its last part.
  void note_end() noexcept {
    try {
      record_.result = is_whole_ ? audit::Result::finished : audit::Result::broken_off;
      record_.details["bytes"] = bytes_;
      record_.id = EventId::random();
      record_.time = text::now();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory; the record says less then
    }
    trail_.note(record_);
  }

  std::shared_ptr<http::BodyParts> body_;
  audit::Trail& trail_;
  audit::Record record_;
  std::uint64_t bytes_ = 0;
  bool is_whole_ = false;
};

}  // namespace

std::shared_ptr<http::BodyParts> audited_body(std::shared_ptr<http::BodyParts> body, audit::Trail& trail,
                                              audit::Record record) {
  return std::make_shared<AuditedBody>(std::move(body), trail, std::move(record));
}

}  // namespace annals::api
