#include "http/json_body.h"

#include <boost/json.hpp>

#include "error.h"
#include "http/media_type.h"
#include "input/json_flaw.h"

namespace annals::http {
namespace {

constexpr std::size_t kMaxDepth = 64;

InvalidInput missing() {
  return InvalidInput({{.loc = {"body"}, .msg = "field required", .type = "value_error.missing"}});
}

InvalidInput not_a_dict() {
  return InvalidInput({{.loc = {"body"}, .msg = "value is not a valid dict", .type = "type_error.dict"}});
}

InvalidInput not_json(const boost::system::error_code& error, std::string_view before) {
  FieldProblem problem = input::json_problem(error, before);
  problem.loc.insert(problem.loc.begin(), "body");
  return InvalidInput({std::move(problem)});
}

boost::json::value parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  const std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error && used < text.size()) error = boost::json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) throw not_json(error, text.substr(0, used));
  return parser.release();
}

}  // namespace

boost::json::object parse_json_body(const Request& request) {
  if (request.body.empty()) throw missing();
  if (!says_json(request)) throw not_a_dict();
  boost::json::value value = parse(request.body);
  if (value.is_null()) throw missing();
  if (!value.is_object()) throw not_a_dict();
  return std::move(value.as_object());
}

}  // namespace annals::http
