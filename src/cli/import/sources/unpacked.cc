#include "cli/import/sources/unpacked.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <new>
#include <string>

namespace annals::cli {
namespace {

constexpr std::size_t kPart = std::size_t{256} << 10U;

/// Reads packed bytes in parts.
class PackedInput {
 public:
  explicit PackedInput(Bytes& bytes) : bytes_(bytes), part_(kPart, '\0') {}

  /// Returns the bytes of the current part that are not used; the next part's if all are. Empty at the end.
  std::string_view rest() {
    if (rest_.empty()) rest_ = std::string_view(part_).substr(0, bytes_.read(part_.data(), part_.size()));
    return rest_;
  }
  void use(std::size_t size) { rest_.remove_prefix(size); }

 private:
  Bytes& bytes_;
  std::string part_;
  std::string_view rest_;
};

class Gunzipped final : public Bytes {
 public:
  explicit Gunzipped(Bytes& packed) : input_(packed) {
    constexpr int kGzipOnly = 15 + 16;  // the largest window (15), after a gzip header (16)
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzipped() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t size) override {
    std::size_t got = 0;
    while (got == 0) {
      const std::string_view from = input_.rest();
      if (from.empty()) {
        if (between_members_) return 0;
        throw BrokenFile("it ends in the middle of its gzip data");
      }
      if (between_members_) inflateReset(&stream_);
      // zlib counts in unsigned int, and takes input that it does not change as non-const.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
      stream_.avail_in = static_cast<uInt>(from.size());
      stream_.next_out = reinterpret_cast<Bytef*>(to);
      stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, kPart));
      const uInt room = stream_.avail_out;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status != Z_OK && status != Z_STREAM_END) throw BrokenFile("its gzip data is damaged");
      between_members_ = status == Z_STREAM_END;
      input_.use(from.size() - stream_.avail_in);
      got = room - stream_.avail_out;
    }
    return got;
  }

 private:
  PackedInput input_;
  z_stream stream_{};
  bool between_members_ = false;
};

class Unzstd final : public Bytes {
 public:
  explicit Unzstd(Bytes& packed) : input_(packed), context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
  }

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{.dst = to, .size = size, .pos = 0};
    while (out.pos == 0) {
      const std::string_view from = input_.rest();
      // At the end of the input the context may still hold what there was no room for.
      ZSTD_inBuffer in{.src = from.data(), .size = from.size(), .pos = 0};
      if (from.empty() && between_frames_) return 0;
      const std::size_t status = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(status) != 0) {
        throw BrokenFile(std::string("its zstd data cannot be unpacked: ") + ZSTD_getErrorName(status));
      }
      input_.use(in.pos);
      between_frames_ = status == 0;
      if (from.empty() && out.pos == 0) throw BrokenFile("it ends in the middle of its zstd data");
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };
  PackedInput input_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool between_frames_ = false;
};

}  // namespace

std::unique_ptr<Bytes> unpacked(std::string_view beginning, Bytes& packed) {
  if (beginning.starts_with("\x1F\x8B")) return std::make_unique<Gunzipped>(packed);
  if (beginning.starts_with("\x28\xB5\x2F\xFD")) return std::make_unique<Unzstd>(packed);
  return nullptr;
}

}  // namespace annals::cli
