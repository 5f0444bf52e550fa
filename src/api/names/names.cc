#include "api/names/names.h"

#include <optional>
#include <utility>

#include "api/described/names.h"
#include "api/names/patch.h"
#include "names/document.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

Response respond(const std::string& document) {
  return http::json(http::Status::ok, names::shown(document));
}

}  // namespace

void Names::add_to(http::Router& router, const Admission& admission) {
  const ActCheck check_patch = [](const Caller& /*caller*/, const Request& request) {
    (void)read_names_patch(request);
  };
  const ActCheck check_patch_of_tenant = [](const Caller& caller, const Request& request) {
    (void)named_tenant(caller, request);
    (void)read_names_patch(request);
  };
  router.add(
      {.method = "GET",
       .path = "/api/names",
       .operation = described::get_names(),
       .admit = admission.with(Permission::read_names, [this](const Caller& /*caller*/, Request request) {
         return show(std::move(request));
       })});
  router.add({.method = "PATCH",
              .path = "/api/names",
              .operation = described::change_names(),
              .admit = admission.with(
                  Permission::manage_all_names,
                  [this](const Caller& /*caller*/, Request request) { return change(std::move(request)); },
                  check_patch)});
  router.add({.method = "GET",
              .path = "/api/tenants/{client_id}/names",
              .operation = described::get_tenant_names(),
              .admit = admission.with(Permission::read_names, [this](Caller caller, Request request) {
                return show_of_tenant(std::move(caller), std::move(request));
              })});
  router.add({.method = "PATCH",
              .path = "/api/tenants/{client_id}/names",
              .operation = described::change_tenant_names(),
              .admit = admission.with(
                  Permission::manage_names,
                  [this](Caller caller, Request request) {
                    return change_of_tenant(std::move(caller), std::move(request));
                  },
                  check_patch_of_tenant)});
}

awaitable<Response> Names::show(Request /*request*/) {
  const auto document = co_await parts_.names.document(std::nullopt);
  co_return respond(document);
}

awaitable<Response> Names::change(Request request) {
  auto patch = read_names_patch(request);
  const auto document = co_await parts_.names.change(std::nullopt, std::move(patch));
  co_return respond(document);
}

awaitable<Response> Names::show_of_tenant(Caller caller, Request request) {
  const ClientId id = named_tenant(caller, request);
  const auto document = co_await parts_.tenant_names.document(id);
  co_return respond(document);
}

awaitable<Response> Names::change_of_tenant(Caller caller, Request request) {
  const ClientId id = named_tenant(caller, request);
  auto patch = read_names_patch(request);
  const auto document = co_await parts_.tenant_names.change(id, std::move(patch));
  co_return respond(document);
}

}  // namespace annals::api
