#include "files/local/upload_pace.h"

#include "error.h"

namespace annals::files {

void UploadPace::add(std::size_t bytes, Time now) {
  bytes_ += bytes;
  const bool period_over = now - period_began_ >= kPeriod;
  if (now >= deadline_ || (period_over && bytes_ < kLeastBytes)) {
    throw Error(ErrorCode::request_too_slow, "Request took too long to arrive.");
  }
  if (!period_over) return;
  period_began_ = now;
  bytes_ = 0;
}

}  // namespace annals::files
