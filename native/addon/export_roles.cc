#include <string>
#include <utility>
#include <vector>

#include "../core/processes.h"
#include "exports.h"
#include "outcome.h"
#include "reads.h"

namespace socktable {
namespace {

Napi::Object DescribeRole(Napi::Env env, const ProcessRole& role) {
  auto services = Napi::Array::New(env, role.services.size());
  for (uint32_t i = 0; i < role.services.size(); i++) {
    services[i] = Napi::String::New(env, role.services[i]);
  }
  auto described = Napi::Object::New(env);
  described["pid"] = Napi::Number::New(env, role.pid);
  described["critical"] =
      role.has_critical ? Napi::Value(Napi::Boolean::New(env, role.critical)) : env.Null();
  described["services"] = services;
  return described;
}

// processRoles(pids, callback(roles | null, failure | null))
void ProcessRoles(const Napi::CallbackInfo& info) {
  using Roles = std::vector<ProcessRole>;
  const auto array = info[0].As<Napi::Uint32Array>();
  std::vector<uint32_t> pids(array.Data(), array.Data() + array.ElementLength());
  StartAnswer<Roles>(
      info[1].As<Napi::Function>(), "socktable.roles",
      [pids = std::move(pids)](Roles* roles) { return ReadProcessRoles(pids, roles); },
      [](Napi::Env env, const Roles& roles) { return DescribeList(env, roles, DescribeRole); });
}

}  // namespace

void ExportRoles(Napi::Object exports) { Export(exports, "processRoles", ProcessRoles); }

}  // namespace socktable
