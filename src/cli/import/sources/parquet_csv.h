#pragma once

#include <memory>

#include "cli/import/sources/bytes.h"

namespace annals::cli {

/// Returns the Parquet document in a file as CSV, which the engine library makes of it. Throws ForeignFile if
/// the file is a pipe, because such a document is read from its end, or if the library cannot be loaded.
std::unique_ptr<Bytes> parquet_csv(int descriptor);

}  // namespace annals::cli
