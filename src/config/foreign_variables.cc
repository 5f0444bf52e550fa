#include "config/foreign_variables.h"

#include <regex>
#include <string>

namespace annals::config {

bool is_of_kubernetes(std::string_view name, std::string_view value) {
  // A port alone is what somebody might write who means server.listen.
  static const std::regex url("(tcp|udp|sctp)://.*");
  static const std::regex ends_in_port("ANNALS(_[A-Z0-9_]+)?_PORT");
  static const std::regex others(
      "ANNALS(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|"
      "PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");
  const std::string text(name);
  if (std::regex_match(text, others)) return true;
  return std::regex_match(text, ends_in_port) && std::regex_match(std::string(value), url);
}

}  // namespace annals::config
