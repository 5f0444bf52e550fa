#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace annals::names {

/// The most names and templates that one dictionary has, and the most bytes of its document.
inline constexpr std::size_t kMaxNames = 10'000;
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{512} << 10U;

/// Returns the document of events::IdNames after a patch: a document of the same form, in which null removes
/// a name, all names of the sources of one type, or all of one kind (RFC 7396). An empty text is a document
/// without names, and is returned if none is left. Throws InvalidInput if there would be more than kMaxNames
/// or kMaxDocumentBytes, and std::runtime_error if the document is malformed.
std::string patched(std::string_view document, const boost::json::object& patch);

/// Returns the document with all its members, as the API shows it. Throws as patched().
std::string shown(std::string_view document);

}  // namespace annals::names
