#pragma once

namespace annals::cli {

/// Takes the descriptors of standard input, output and error that the caller has closed, so that no file or
/// connection is opened under their numbers and gets what is printed. Reading from such an input and writing
/// to such an output fails; what goes to such a standard error is lost. Call it before anything is opened.
void take_closed_standard_streams();

}  // namespace annals::cli
