#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../core/processes.h"
#include "exports.h"
#include "outcome.h"
#include "reads.h"
#include "wrapped.h"

namespace socktable {
namespace {

using Records = std::vector<ProcessRecord>;

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

// Describes a list of them.
auto DescribeRecords(bool whole) {
  return [whole](Napi::Env env, const Records& records) {
    return DescribeList(env, records, [&](Napi::Env, const ProcessRecord& record) {
      return DescribeProcess(env, record, whole);
    });
  };
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

// processes(pids | null, whole, callback(records | null, failure | null))
void ProcessesAsync(const Napi::CallbackInfo& info) {
  const ProcessQuery query = ProcessQueryFrom(info);
  StartAnswer<Records>(
      info[2].As<Napi::Function>(), "socktable.processes",
      [query](Records* records) { return ReadProcesses(query, records); },
      DescribeRecords(query.whole));
}

// processesSync(pids | null, whole, callback(...)) -> what the callback returns
Napi::Value ProcessesSync(const Napi::CallbackInfo& info) {
  const ProcessQuery query = ProcessQueryFrom(info);
  Answer<Records> answer;
  Complete([&] { answer.status = ReadProcesses(query, &answer.value); }, &answer);
  return Deliver(info.Env(), info[2].As<Napi::Function>(), answer, DescribeRecords(query.whole));
}

// userName(uid, callback(name | null, failure | null)). The name may come from a directory service
// on the network.
void UserNameAsync(const Napi::CallbackInfo& info) {
  const uint32_t uid = info[0].ToNumber().Uint32Value();
  StartAnswer<std::string>(
      info[1].As<Napi::Function>(), "socktable.user",
      [uid](std::string* name) { return NameOfUser(uid, name); },
      [](Napi::Env env, const std::string& name) {
        return name.empty() ? env.Null() : Napi::Value(Napi::String::New(env, name));
      });
}

// --- Handles ---

// A handle outlives its process, and garbage collection closes it where the program does not.
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
  return DescribeFailure(info.Env(),
                         HeldProcessFrom(info)->Signal(info[1].ToNumber().Int32Value()));
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
