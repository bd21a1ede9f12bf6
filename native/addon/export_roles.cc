#include <new>
#include <string>
#include <utility>
#include <vector>

#include "../core/processes.h"
#include "../core/source.h"
#include "exports.h"
#include "outcome.h"

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

class RolesWorker : public Napi::AsyncWorker {
 public:
  RolesWorker(const Napi::Function& callback, std::vector<uint32_t> pids)
      : AsyncWorker(callback, "socktable.roles"), pids_(std::move(pids)) {}

 protected:
  void Execute() override {
    try {
      status_ = ReadProcessRoles(pids_, &roles_);
    } catch (const std::bad_alloc&) {
      status_ = OutOfMemory();
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    if (!status_.ok()) {
      Callback().Value().Call({env.Null(), DescribeStatus(env, status_)});
      return;
    }
    auto list = Napi::Array::New(env, roles_.size());
    for (uint32_t i = 0; i < roles_.size(); i++) list[i] = DescribeRole(env, roles_[i]);
    Callback().Value().Call({list, env.Null()});
  }

 private:
  const std::vector<uint32_t> pids_;
  Status status_;
  std::vector<ProcessRole> roles_;
};

// processRoles(pids, callback(roles | null, failure | null))
void ProcessRoles(const Napi::CallbackInfo& info) {
  const auto pids = info[0].As<Napi::Uint32Array>();
  std::vector<uint32_t> list(pids.Data(), pids.Data() + pids.ElementLength());
  (new RolesWorker(info[1].As<Napi::Function>(), std::move(list)))->Queue();
}

}  // namespace

void ExportRoles(Napi::Object exports) { Export(exports, "processRoles", ProcessRoles); }

}  // namespace socktable
