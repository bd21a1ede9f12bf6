#include <napi.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <new>

#include "bind_probe.h"
#include "process_table.h"
#include "query.h"
#include "reader.h"
#include "socket_counts.h"
#include "socket_table.h"
#include "status.h"
#include "watch/watcher.h"

// The only file that knows JavaScript: takes the words of a query, reads off the event loop or in
// place, and lends one buffer to a callback. It holds no state but what belongs to its environment,
// so that worker threads and repeated loading are safe.

namespace socktable {
namespace {

// The result of a read: a table, or why there is none.
struct Outcome {
  Status status;
  Status fallback;
  PackedTable table;
};

// Reads the sockets, or counts them where bits of CountBy are given.
void Read(const Query& query, uint32_t count_by, Outcome* outcome) {
  SocketTable table;
  outcome->status = ReadSockets(query, table);
  outcome->fallback = table.report.fallback;
  if (!outcome->status.ok()) return;
  if (count_by == 0) {
    outcome->table = table.Pack();
    return;
  }
  SocketTable counts;
  CountSockets(table, count_by, &counts);
  outcome->table = counts.Pack();
}

// A table as JavaScript sees it, for as long as this object lives: then the memory is given back,
// which garbage collection would do much later, and the buffer has a length of 0.
class LentBuffer {
 public:
  LentBuffer(Napi::Env env, PackedTable table) : env_(env) {
    auto* held = new Held(std::make_shared<PackedTable>(std::move(table)));
    table_ = *held;
    const napi_status status = napi_create_external_arraybuffer(
        env, table_->bytes.get(), table_->size,
        [](napi_env, void*, void* hint) { delete static_cast<Held*>(hint); }, held, &buffer_);
    if (status == napi_ok) {
      lent_ = true;
      return;
    }
    delete held;
    // Where the engine keeps all buffers in a cage of its own (Electron), they are copied.
    if (status != napi_no_external_buffers_allowed) NAPI_THROW_IF_FAILED_VOID(env, status);
    auto copy = Napi::ArrayBuffer::New(env, table_->size);
    memcpy(copy.Data(), table_->bytes.get(), table_->size);
    table_->bytes.reset();
    buffer_ = copy;
  }
  LentBuffer(const LentBuffer&) = delete;
  LentBuffer& operator=(const LentBuffer&) = delete;

  // Where the engine refuses to detach, the finalizer frees.
  ~LentBuffer() {
    if (lent_ && napi_detach_arraybuffer(env_, buffer_) == napi_ok) table_->bytes.reset();
  }

  napi_value buffer() const { return buffer_; }

 private:
  using Held = std::shared_ptr<PackedTable>;

  napi_env env_;
  Held table_;
  napi_value buffer_ = nullptr;
  bool lent_ = false;
};

Napi::Object DescribeStatus(Napi::Env env, const Status& status) {
  auto failure = Napi::Object::New(env);
  failure["errno"] = Napi::Number::New(env, static_cast<uint32_t>(status.code));
  failure["syscall"] = Napi::String::New(env, status.call);
  if (!status.path.empty()) failure["path"] = Napi::String::New(env, status.path);
  return failure;
}

Napi::Value DescribeFailure(Napi::Env env, const Outcome& outcome) {
  auto failure = DescribeStatus(env, outcome.status);
  if (!outcome.fallback.ok()) failure["cause"] = DescribeStatus(env, outcome.fallback);
  return failure;
}

// Calls callback(buffer | null, failure | null); the buffer is its own until it returns.
Napi::Value Deliver(Napi::Env env, const Napi::Function& callback, Outcome outcome) {
  if (!outcome.status.ok()) return callback.Call({env.Null(), DescribeFailure(env, outcome)});
  const LentBuffer lent(env, std::move(outcome.table));
  return callback.Call({lent.buffer(), env.Null()});
}

Query QueryFrom(const Napi::CallbackInfo& info) {
  Query query;
  if (info.Length() > 0 && info[0].IsTypedArray()) {
    const auto array = info[0].As<Napi::TypedArray>();
    if (array.TypedArrayType() == napi_uint32_array) {
      const auto words = array.As<Napi::Uint32Array>();
      if (DecodeQuery(words.Data(), words.ElementLength(), &query)) return query;
    }
  }
  throw Napi::TypeError::New(info.Env(), "socktable: not a query of this version of the addon");
}

// Makes an outcome on another thread and delivers it, unless it is cancelled before.
class TableWorker : public Napi::AsyncWorker {
 public:
  using Work = std::function<void(const std::atomic<bool>* cancelled, Outcome* outcome)>;

  // Returns cancel(). The second argument of the call is its callback.
  static Napi::Value Start(const Napi::CallbackInfo& info, Work work) {
    auto* worker = new TableWorker(info[1].As<Napi::Function>(), std::move(work));
    const auto cancelled = worker->cancelled_;
    worker->Queue();
    return Napi::Function::New(info.Env(), [cancelled](const Napi::CallbackInfo&) {
      cancelled->store(true, std::memory_order_relaxed);
    });
  }

 protected:
  void Execute() override {
    try {
      work_(cancelled_.get(), &outcome_);
    } catch (const std::bad_alloc&) {
      outcome_.status = OutOfMemory();
    }
  }
  void OnOK() override { Deliver(Env(), Callback().Value(), std::move(outcome_)); }

 private:
  TableWorker(const Napi::Function& callback, Work work)
      : AsyncWorker(callback, "socktable.read"), work_(std::move(work)) {}

  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  const Work work_;
  Outcome outcome_;
};

// What to count by, where the third argument says so; else 0.
uint32_t CountByFrom(const Napi::CallbackInfo& info) {
  return info[2].IsNumber() ? info[2].As<Napi::Number>().Uint32Value() : 0;
}

// read(words, callback(buffer | null, failure | null), countBy) -> cancel()
Napi::Value ReadAsync(const Napi::CallbackInfo& info) {
  return TableWorker::Start(
      info, [query = QueryFrom(info), by = CountByFrom(info)](const std::atomic<bool>* cancelled,
                                                              Outcome* outcome) mutable {
        query.cancelled = cancelled;
        Read(query, by, outcome);
      });
}

// readSync(words, callback(buffer | null, failure | null), countBy) -> what the callback returns
Napi::Value ReadSync(const Napi::CallbackInfo& info) {
  const Query query = QueryFrom(info);
  Outcome outcome;
  try {
    Read(query, CountByFrom(info), &outcome);
  } catch (const std::bad_alloc&) {
    outcome.status = OutOfMemory();
  }
  return Deliver(info.Env(), info[1].As<Napi::Function>(), std::move(outcome));
}

// The words of a bind to try, in this order.
enum AttemptWord : uint32_t {
  kAttemptProtocol,
  kAttemptIPv6,
  kAttemptOptions,
  kAttemptPort,
  kAttemptScope,
  kAttemptAddress,
  kAttemptWords = kAttemptAddress + 4,
};

// tryBind(words) -> null | failure
Napi::Value TryBindSync(const Napi::CallbackInfo& info) {
  const auto array = info[0].As<Napi::Uint32Array>();
  if (array.ElementLength() != kAttemptWords) {
    throw Napi::TypeError::New(info.Env(), "socktable: not a bind of this version of the addon");
  }
  const uint32_t* words = array.Data();
  BindAttempt attempt{};
  attempt.protocol = words[kAttemptProtocol] == 0 ? Protocol::kTcp : Protocol::kUdp;
  attempt.ipv6 = words[kAttemptIPv6] != 0;
  attempt.options = words[kAttemptOptions];
  attempt.port = static_cast<uint16_t>(words[kAttemptPort]);
  attempt.scope = words[kAttemptScope];
  memcpy(attempt.address, words + kAttemptAddress, sizeof attempt.address);
  const Status status = TryBind(attempt);
  return status.ok() ? info.Env().Null() : Napi::Value(DescribeStatus(info.Env(), status));
}

// holdPort(port) -> port | failure
Napi::Value HoldPortSync(const Napi::CallbackInfo& info) {
  auto port = static_cast<uint16_t>(info[0].As<Napi::Number>().Uint32Value());
  const Status status = HoldPort(&port);
  if (!status.ok()) return DescribeStatus(info.Env(), status);
  return Napi::Number::New(info.Env(), port);
}

// --- Objects that hold something native ---

// An object that owns `held` until it is collected. The tag marks those of one type, so that no
// other object can be given for one. Not an External, of which Node.js leaks its own part where an
// environment ends.
template <class Held>
Napi::Object Wrap(Napi::Env env, std::unique_ptr<Held> held, const napi_type_tag& tag) {
  auto object = Napi::Object::New(env);
  const napi_status wrapped = napi_wrap(
      env, object, held.get(),
      [](napi_env, void* finished, void*) { delete static_cast<Held*>(finished); }, nullptr,
      nullptr);
  NAPI_THROW_IF_FAILED(env, wrapped, Napi::Object());
  static_cast<void>(held.release());
  object.TypeTag(&tag);
  return object;
}

// What the first argument holds; null where it is no such object.
template <class Held>
Held* Wrapped(const Napi::CallbackInfo& info, const napi_type_tag& tag) {
  if (!info[0].IsObject() || !info[0].As<Napi::Object>().CheckTypeTag(&tag)) return nullptr;
  void* held = nullptr;
  return napi_unwrap(info.Env(), info[0], &held) == napi_ok ? static_cast<Held*>(held) : nullptr;
}

// --- Watching ---

// A poll that is under way keeps its watcher, also where that is closed meanwhile.
using HeldWatcher = std::shared_ptr<Watcher>;

constexpr napi_type_tag kHeldWatcherTag = {0x5f2b9d7c41e8a063, 0x91c6e3d80a74bf25};

HeldWatcher& HeldWatcherFrom(const Napi::CallbackInfo& info) {
  auto* held = Wrapped<HeldWatcher>(info, kHeldWatcherTag);
  if (held != nullptr && *held) return *held;
  throw Napi::TypeError::New(info.Env(), "socktable: not an open watcher");
}

// openWatcher(words) -> watcher
Napi::Value OpenWatcher(const Napi::CallbackInfo& info) {
  auto watcher = std::make_shared<Watcher>(QueryFrom(info));
  return Wrap(info.Env(), std::make_unique<HeldWatcher>(std::move(watcher)), kHeldWatcherTag);
}

// poll(watcher, callback(buffer | null, failure | null)) -> cancel()
Napi::Value Poll(const Napi::CallbackInfo& info) {
  return TableWorker::Start(info, [watcher = HeldWatcherFrom(info)](
                                      const std::atomic<bool>* cancelled, Outcome* outcome) {
    outcome->status = watcher->Poll(cancelled, &outcome->table);
  });
}

// countWatched(watcher, callback(buffer | null, failure | null), countBy) -> cancel()
Napi::Value CountWatched(const Napi::CallbackInfo& info) {
  return TableWorker::Start(info, [watcher = HeldWatcherFrom(info), by = CountByFrom(info)](
                                      const std::atomic<bool>*, Outcome* outcome) {
    outcome->table = watcher->Count(by);
  });
}

// pollCounts(watcher, callback(buffer | null, failure | null), countBy) -> cancel()
Napi::Value PollCounts(const Napi::CallbackInfo& info) {
  return TableWorker::Start(info, [watcher = HeldWatcherFrom(info), by = CountByFrom(info)](
                                      const std::atomic<bool>* cancelled, Outcome* outcome) {
    outcome->status = watcher->PollCounts(cancelled, by, &outcome->table);
  });
}

// closeWatcher(watcher)
void CloseWatcher(const Napi::CallbackInfo& info) { HeldWatcherFrom(info).reset(); }

// --- Processes ---

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

// A handle outlives its process, and where nobody closes it, garbage collection does.
using HeldProcess = std::unique_ptr<ProcessHandle>;

constexpr napi_type_tag kHeldProcessTag = {0x8c1f0e5a3b7d4926, 0xa4d2706be91f5c38};

HeldProcess& HeldProcessFrom(const Napi::CallbackInfo& info) {
  auto* held = Wrapped<HeldProcess>(info, kHeldProcessTag);
  if (held != nullptr && *held) return *held;
  throw Napi::TypeError::New(info.Env(), "socktable: not an open process");
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

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto layout = Napi::Object::New(env);
  size_t count;
  const LayoutConstant* constants = LayoutConstants(&count);
  for (size_t i = 0; i < count; i++) {
    layout[constants[i].name] = Napi::Number::New(env, constants[i].value);
  }
  exports["layout"] = layout;
  exports["read"] = Napi::Function::New(env, ReadAsync, "read");
  exports["openWatcher"] = Napi::Function::New(env, OpenWatcher, "openWatcher");
  exports["poll"] = Napi::Function::New(env, Poll, "poll");
  exports["pollCounts"] = Napi::Function::New(env, PollCounts, "pollCounts");
  exports["countWatched"] = Napi::Function::New(env, CountWatched, "countWatched");
  exports["closeWatcher"] = Napi::Function::New(env, CloseWatcher, "closeWatcher");
  exports["tryBind"] = Napi::Function::New(env, TryBindSync, "tryBind");
  exports["holdPort"] = Napi::Function::New(env, HoldPortSync, "holdPort");
  exports["readSync"] = Napi::Function::New(env, ReadSync, "readSync");
  exports["processes"] = Napi::Function::New(env, ProcessesAsync, "processes");
  exports["processesSync"] = Napi::Function::New(env, ProcessesSync, "processesSync");
  exports["openProcess"] = Napi::Function::New(env, OpenProcessByPid, "openProcess");
  exports["signalProcess"] = Napi::Function::New(env, SignalProcess, "signalProcess");
  exports["processExited"] = Napi::Function::New(env, ProcessExited, "processExited");
  exports["closeProcess"] = Napi::Function::New(env, CloseProcess, "closeProcess");
  return exports;
}

}  // namespace

NODE_API_MODULE(socktable, Init)

}  // namespace socktable
