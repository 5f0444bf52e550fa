#include "cli/service_manager.h"

#include <cstdlib>
#include <exception>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include "ops/log.h"

namespace annals::cli {

void tell_service_manager(std::string_view change) {
  using boost::asio::local::datagram_protocol;
  const char* address = std::getenv("NOTIFY_SOCKET");
  if (address == nullptr || *address == '\0') return;
  std::string path = address;
  if (path.front() == '@') path.front() = '\0';  // a name without a file, as Linux has them
  try {
    boost::asio::io_context context(1);
    datagram_protocol::socket socket(context, datagram_protocol());
    socket.send_to(boost::asio::buffer(change), datagram_protocol::endpoint(path));
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, "the service manager cannot be told of a change",
             {{"change", std::string(change)}, {"error", error.what()}});
  }
}

}  // namespace annals::cli
