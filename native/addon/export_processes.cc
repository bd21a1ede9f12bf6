#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "../core/processes.h"
#include "../core/source.h"
#include "exports.h"
#include "outcome.h"
#include "wrapped.h"

namespace socktable {
namespace {

struct ProcessOutcome {
  Status status;
  std::vector<ProcessRecord> records;
};

void ReadFacts(const ProcessQuery& query, ProcessOutcome* outcome) {
  try {
    outcome->status = ReadProcesses(query, &outcome->records);
  } catch (const std::bad_alloc&) {
    outcome->status = OutOfMemory();
  }
}

// The start time goes as text, since a double does not hold all of a FILETIME.
Napi::Object DescribeProcess(Napi::Env env, const ProcessRecord& record, bool whole) {
  const auto text = [&](const std::string& value) -> Napi::Value {
    return value.empty() ? env.Null() : Napi::String::New(env, value);
  };
  const auto number = [&](bool known, double value) -> Napi::Value {
    return known ? Napi::Number::New(env, value) : env.Null();
  };
  auto process = Napi::Object::New(env);
  process["pid"] = Napi::Number::New(env, record.pid);
  process["parentPid"] = number(record.parent != 0, record.parent);
  process["startTime"] = text(record.has_start ? std::to_string(record.started) : std::string());
  process["startedAt"] = number(record.has_start, record.started_ms);
  process["name"] = text(record.name);
  if (!whole) return process;
  process["executable"] = text(record.executable);
  process["arguments"] = env.Null();
  if (record.has_arguments) {
    auto list = Napi::Array::New(env, record.arguments.size());
    for (uint32_t i = 0; i < record.arguments.size(); i++) {
      list[i] = Napi::String::New(env, record.arguments[i]);
    }
    process["arguments"] = list;
  }
  process["commandLine"] = text(record.command_line);
  process["uid"] = number(record.has_uid, record.uid);
  process["user"] = text(record.user);
  process["cgroups"] = text(record.cgroups);
  return process;
}

// Calls callback(records | null, failure | null).
Napi::Value DeliverFacts(Napi::Env env, const Napi::Function& callback,
                         const ProcessOutcome& outcome, bool whole) {
  if (!outcome.status.ok()) {
    return callback.Call({env.Null(), DescribeStatus(env, outcome.status)});
  }
  auto list = Napi::Array::New(env, outcome.records.size());
  for (uint32_t i = 0; i < outcome.records.size(); i++) {
    const Napi::HandleScope scope(env);
    list[i] = DescribeProcess(env, outcome.records[i], whole);
  }
  return callback.Call({list, env.Null()});
}

ProcessQuery ProcessQueryFrom(const Napi::CallbackInfo& info) {
  ProcessQuery query;
  query.all = info[0].IsNull();
  query.whole = info[1].ToBoolean();
  if (query.all) return query;
  const auto pids = info[0].As<Napi::Uint32Array>();
  query.pids.assign(pids.Data(), pids.Data() + pids.ElementLength());
  return query;
}

class FactsWorker : public Napi::AsyncWorker {
 public:
  FactsWorker(const Napi::Function& callback, ProcessQuery query)
      : AsyncWorker(callback, "socktable.processes"), query_(std::move(query)) {}

 protected:
  void Execute() override { ReadFacts(query_, &outcome_); }
  void OnOK() override { DeliverFacts(Env(), Callback().Value(), outcome_, query_.whole); }

 private:
  ProcessQuery query_;
  ProcessOutcome outcome_;
};

// processes(pids | null, whole, callback(records | null, failure | null))
void ProcessesAsync(const Napi::CallbackInfo& info) {
  (new FactsWorker(info[2].As<Napi::Function>(), ProcessQueryFrom(info)))->Queue();
}

// processesSync(pids | null, whole, callback(...)) -> what the callback returns
Napi::Value ProcessesSync(const Napi::CallbackInfo& info) {
  const ProcessQuery query = ProcessQueryFrom(info);
  ProcessOutcome outcome;
  ReadFacts(query, &outcome);
  return DeliverFacts(info.Env(), info[2].As<Napi::Function>(), outcome, query.whole);
}

// The name may come from a directory service on the network.
class UserWorker : public Napi::AsyncWorker {
 public:
  UserWorker(const Napi::Function& callback, uint32_t uid)
      : AsyncWorker(callback, "socktable.user"), uid_(uid) {}

 protected:
  void Execute() override {
    try {
      // The number does as well where that fails.
      if (!NameOfUser(uid_, &name_).ok()) name_.clear();
    } catch (const std::bad_alloc&) {
      name_.clear();
    }
  }
  void OnOK() override {
    const Napi::Env env = Env();
    Callback().Call({name_.empty() ? env.Null() : Napi::String::New(env, name_)});
  }

 private:
  const uint32_t uid_;
  std::string name_;
};

// userName(uid, callback(name | null))
void UserNameAsync(const Napi::CallbackInfo& info) {
  (new UserWorker(info[1].As<Napi::Function>(), info[0].ToNumber().Uint32Value()))->Queue();
}

// --- Handles ---

// A handle outlives its process, and where nobody closes it, garbage collection does.
using HeldProcess = std::unique_ptr<ProcessHandle>;

constexpr napi_type_tag kHeldProcessTag = {0x8c1f0e5a3b7d4926, 0xa4d2706be91f5c38};

HeldProcess& HeldProcessFrom(const Napi::CallbackInfo& info) {
  return Wrapped<HeldProcess>(info, kHeldProcessTag, "socktable: not an open process");
}

// openProcess(pid) -> { handle, startTime } | { failure }
Napi::Value OpenProcessByPid(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto answer = Napi::Object::New(env);
  auto held = std::make_unique<HeldProcess>();
  const Status status = OpenProcessHandle(info[0].ToNumber().Uint32Value(), held.get());
  if (!status.ok()) {
    answer["failure"] = DescribeStatus(env, status);
    return answer;
  }
  uint64_t started;
  answer["startTime"] = (*held)->Started(&started)
                            ? Napi::Value(Napi::String::New(env, std::to_string(started)))
                            : env.Null();
  answer["handle"] = Wrap(env, std::move(held), kHeldProcessTag);
  return answer;
}

// signalProcess(handle, number) -> failure | null
Napi::Value SignalProcess(const Napi::CallbackInfo& info) {
  const Status status = HeldProcessFrom(info)->Signal(info[1].ToNumber().Int32Value());
  return status.ok() ? info.Env().Null() : Napi::Value(DescribeStatus(info.Env(), status));
}

// processExited(handle) -> boolean
Napi::Value ProcessExited(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), HeldProcessFrom(info)->HasExited());
}

// closeProcess(handle)
void CloseProcess(const Napi::CallbackInfo& info) { HeldProcessFrom(info).reset(); }

}  // namespace

void ExportProcesses(Napi::Object exports) {
  Export(exports, "processes", ProcessesAsync);
  Export(exports, "processesSync", ProcessesSync);
  Export(exports, "userName", UserNameAsync);
  Export(exports, "openProcess", OpenProcessByPid);
  Export(exports, "signalProcess", SignalProcess);
  Export(exports, "processExited", ProcessExited);
  Export(exports, "closeProcess", CloseProcess);
}

}  // namespace socktable
