#include "http/coding/compressor.h"

#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

namespace annals::http {
namespace {

constexpr std::size_t kSpace = std::size_t{16} * 1024;  // that the output grows by

/// Lets `encode(space, size)` append to the output until it says that it is done. It returns the number of
/// bytes that it has written.
template <class Encode>
std::string collect(const Encode& encode) {
  std::string out;
  bool done = false;
  while (!done) {
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + kSpace, [&](char* data, std::size_t size) {
      return before + encode(data + before, size - before, done);
    });
  }
  return out;
}

class Gzip final : public Compressor {
 public:
  explicit Gzip(Effort effort) {
    constexpr int kWindow = 15 + 16;  // the largest window (15), with a gzip header (16)
    const bool is_little = effort == Effort::little;
    const int level = is_little ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION;
    const int memory = is_little ? 8 : MAX_MEM_LEVEL;
    if (deflateInit2(&stream_, level, Z_DEFLATED, kWindow, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() override { deflateEnd(&stream_); }

  std::string put(std::string_view piece, Then then) override {
    // zlib takes input that it does not change as non-const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    return collect([&](char* space, std::size_t size, bool& done) {
      stream_.next_out = reinterpret_cast<Bytef*>(space);
      stream_.avail_out = static_cast<uInt>(size);
      // Z_BUF_ERROR says that there was nothing left to do.
      if (deflate(&stream_, flush_of(then)) == Z_STREAM_ERROR) throw std::logic_error("zlib: wrong state");
      done = stream_.avail_out > 0;
      return size - stream_.avail_out;
    });
  }

 private:
  static int flush_of(Then then) {
    if (then == Then::end) return Z_FINISH;
    return then == Then::pause ? Z_SYNC_FLUSH : Z_NO_FLUSH;
  }

  z_stream stream_{};
};

class Zstd final : public Compressor {
 public:
  explicit Zstd(Effort effort) : context_(ZSTD_createCCtx()) {
    constexpr int kWindowLog = 17;  // 128 KiB: every reader has that, and so many answers at once
    constexpr int kHighLevel = 9;
    if (!context_) throw std::bad_alloc();
    const bool is_little = effort == Effort::little;
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, is_little ? 1 : kHighLevel);
    if (is_little) ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kWindowLog);
  }

  std::string put(std::string_view piece, Then then) override {
    ZSTD_inBuffer in{.src = piece.data(), .size = piece.size(), .pos = 0};
    return collect([&](char* space, std::size_t size, bool& done) {
      ZSTD_outBuffer out{.dst = space, .size = size, .pos = 0};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, directive_of(then));
      if (ZSTD_isError(left) != 0) throw std::runtime_error(fmt::format("zstd: {}", ZSTD_getErrorName(left)));
      done = then == Then::more ? in.pos == in.size : left == 0;
      return out.pos;
    });
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  static ZSTD_EndDirective directive_of(Then then) {
    if (then == Then::end) return ZSTD_e_end;
    return then == Then::pause ? ZSTD_e_flush : ZSTD_e_continue;
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

std::unique_ptr<Compressor> make_compressor(ContentCoding coding, Effort effort) {
  if (coding == ContentCoding::gzip) return std::make_unique<Gzip>(effort);
  if (coding == ContentCoding::zstd) return std::make_unique<Zstd>(effort);
  throw std::logic_error("there is no compressor for no coding");
}

}  // namespace annals::http
