#pragma once

#include <memory>
#include <string_view>

#include "cli/import/sources/bytes.h"

namespace annals::cli {

/// Returns what is in packed bytes, if they are packed with gzip or zstd as their beginning says, else null.
/// It takes a bounded memory, whatever the bytes expand to; of zstd it reads windows of up to 128 MiB.
/// Several members or frames in a row are one content. `packed` must outlive the result, whose read() throws
/// BrokenFile for damaged bytes and for an end in the middle.
std::unique_ptr<Bytes> unpacked(std::string_view beginning, Bytes& packed);

}  // namespace annals::cli
