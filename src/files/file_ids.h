#pragma once

#include <vector>

#include "ids/id.h"

namespace annals::files {

// A key in the file store holds the name of a database, and a name is given again. An upload URL may outlive
// the tenant that it was made for, so a file can arrive under the name of another tenant. The id tells whose
// it is: a UUID v4 whose last 48 bits are a tag, an HMAC of the 74 random bits before them under the id of
// the tenant. The tag is no secret and needs no key that instances would have to share. Its purpose is that
// an id that was made for one tenant is not taken for another's, and the holder of a URL cannot choose the
// id in it.

/// Makes the id of a new file of that tenant.
FileId make_file_id(ClientId owner);

/// Returns whether make_file_id() made the id for that tenant. An id from anywhere else bears the tag with a
/// probability of 2^-48.
bool bears_tag_of(FileId file, ClientId owner);

/// Returns whether the file is that of one of the tenants that had a name before `owner`, and so a late
/// upload among those of `owner`.
bool is_of_an_earlier(const std::vector<ClientId>& tenants, FileId file, ClientId owner);

}  // namespace annals::files
