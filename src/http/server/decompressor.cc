#include "http/server/decompressor.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "error.h"
#include "text/ascii.h"

namespace annals::http {
namespace {

constexpr int kGzipOnly = 15 + 16;  // the largest window (15), after a gzip header (16)
// The largest window that RFC 9659 lets a sender of Content-Encoding: zstd use, 8 MiB. A frame's header could
// ask for more memory.
constexpr int kMaxWindowLog = 23;
constexpr std::size_t kGzipMemory = std::size_t{40} << 10U;  // a window of 32 KiB and tables
constexpr std::size_t kMaxEncodingShown = 64;

Error not_valid(std::string_view encoding) {
  return {ErrorCode::bad_request, fmt::format("Request body is not valid {}.", encoding)};
}

// Returns the error for an encoding that is not supported. `encoding` is the client's own text, so it is
// shown only if it looks like a list of names.
Error unsupported(std::string_view encoding) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_., ").contains(c);
  };
  const bool shown = encoding.size() <= kMaxEncodingShown && std::ranges::all_of(encoding, harmless);
  return {ErrorCode::unsupported_encoding,
          fmt::format("Content-Encoding {}is not supported.", shown ? std::string(encoding) + " " : "")};
}

// The numbers of bytes that one call of a library consumed and produced.
struct Step {
  std::size_t consumed = 0;
  std::size_t produced = 0;
};

// Lets `decode(input, space, space_size)` append to `out`, up to `max_bytes` in all.
template <class Decode>
Step decode_into(std::string& out, std::size_t max_bytes, std::string_view input, const Decode& decode) {
  Step step;
  const std::size_t before = out.size();
  out.resize_and_overwrite(max_bytes, [&](char* data, std::size_t size) {
    step = decode(input, data + before, size - before);
    return before + step.produced;
  });
  return step;
}

class Gunzip final : public Decompressor {
 public:
  Gunzip() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzip() override { inflateEnd(&stream_); }

  void put(std::string_view& input, std::string& out, std::size_t max_bytes) override {
    while (out.size() < max_bytes) {
      if (between_members_) {
        if (input.empty()) return;
        inflateReset(&stream_);
        between_members_ = false;
      }
      int status = Z_OK;
      const Step step =
          decode_into(out, max_bytes, input, [&](std::string_view from, char* to, std::size_t size) {
            return inflate_some(from, to, size, status);
          });
      input.remove_prefix(step.consumed);
      check(status, input.empty());
      between_members_ = status == Z_STREAM_END;
      if (status == Z_BUF_ERROR) return;  // needs more input
    }
  }

  [[nodiscard]] std::size_t memory() const override { return kGzipMemory; }

  void check_end() const override {
    if (!between_members_) throw not_valid("gzip");
  }

 private:
  static void check(int status, bool wants_more) {
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    const bool well = status == Z_OK || status == Z_STREAM_END || (status == Z_BUF_ERROR && wants_more);
    if (!well) throw not_valid("gzip");
  }

  Step inflate_some(std::string_view from, char* to, std::size_t size, int& status) {
    // zlib counts in unsigned int, and takes input that it does not change as non-const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(from.size(), UINT32_MAX));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, UINT32_MAX));
    const Bytef* in = stream_.next_in;
    const Bytef* out = stream_.next_out;
    status = inflate(&stream_, Z_NO_FLUSH);
    return {.consumed = static_cast<std::size_t>(stream_.next_in - in),
            .produced = static_cast<std::size_t>(stream_.next_out - out)};
  }

  z_stream stream_{};
  bool between_members_ = true;
};

class Unzstd final : public Decompressor {
 public:
  Unzstd() : context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }

  void put(std::string_view& input, std::string& out, std::size_t max_bytes) override {
    while (out.size() < max_bytes) {
      if (between_frames_ && input.empty()) return;
      std::size_t status = 0;
      const Step step =
          decode_into(out, max_bytes, input, [&](std::string_view from, char* to, std::size_t size) {
            ZSTD_inBuffer in{.src = from.data(), .size = from.size(), .pos = 0};
            ZSTD_outBuffer space{.dst = to, .size = size, .pos = 0};
            status = ZSTD_decompressStream(context_.get(), &space, &in);
            return Step{.consumed = in.pos, .produced = space.pos};
          });
      if (ZSTD_isError(status) != 0) throw not_valid("zstd");
      input.remove_prefix(step.consumed);
      between_frames_ = status == 0;
      if (step.consumed > 0 || step.produced > 0) continue;
      if (input.empty()) return;  // needs more input
      throw not_valid("zstd");
    }
  }

  [[nodiscard]] std::size_t memory() const override { return ZSTD_sizeof_DCtx(context_.get()); }

  void check_end() const override {
    if (!between_frames_) throw not_valid("zstd");
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool between_frames_ = true;
};

}  // namespace

std::unique_ptr<Decompressor> make_decompressor(std::string_view content_encoding) {
  const std::string encoding = text::to_lower(content_encoding);
  if (encoding.empty() || encoding == "identity") return nullptr;
  if (encoding == "gzip" || encoding == "x-gzip") return std::make_unique<Gunzip>();
  if (encoding == "zstd") return std::make_unique<Unzstd>();
  throw unsupported(content_encoding);
}

}  // namespace annals::http
