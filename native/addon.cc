#include <napi.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <new>

#include "bind_probe.h"
#include "query.h"
#include "reader.h"
#include "socket_table.h"
#include "status.h"

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

void Read(const Query& query, Outcome* outcome) {
  try {
    SocketTable table;
    outcome->status = ReadSockets(query, table);
    outcome->fallback = table.report.fallback;
    if (outcome->status.ok()) outcome->table = table.Pack();
  } catch (const std::bad_alloc&) {
    outcome->status = OutOfMemory();
  }
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

Napi::Object DescribeFailure(Napi::Env env, const Status& status) {
  auto failure = Napi::Object::New(env);
  failure["errno"] = Napi::Number::New(env, static_cast<uint32_t>(status.code));
  failure["syscall"] = Napi::String::New(env, status.call);
  if (!status.path.empty()) failure["path"] = Napi::String::New(env, status.path);
  return failure;
}

Napi::Value DescribeFailure(Napi::Env env, const Outcome& outcome) {
  auto failure = DescribeFailure(env, outcome.status);
  if (!outcome.fallback.ok()) failure["cause"] = DescribeFailure(env, outcome.fallback);
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

class ReadWorker : public Napi::AsyncWorker {
 public:
  ReadWorker(const Napi::Function& callback, Query query)
      : AsyncWorker(callback, "socktable.read"), query_(std::move(query)) {
    query_.cancelled = cancelled_.get();
  }

  std::shared_ptr<std::atomic<bool>> cancelled() const { return cancelled_; }

 protected:
  void Execute() override { Read(query_, &outcome_); }
  void OnOK() override { Deliver(Env(), Callback().Value(), std::move(outcome_)); }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  Query query_;
  Outcome outcome_;
};

// read(words, callback(buffer | null, failure | null)) -> cancel()
Napi::Value ReadAsync(const Napi::CallbackInfo& info) {
  Query query = QueryFrom(info);
  auto* worker = new ReadWorker(info[1].As<Napi::Function>(), std::move(query));
  const auto cancelled = worker->cancelled();
  worker->Queue();
  return Napi::Function::New(info.Env(), [cancelled](const Napi::CallbackInfo&) {
    cancelled->store(true, std::memory_order_relaxed);
  });
}

// readSync(words, callback(buffer | null, failure | null)) -> what the callback returns
Napi::Value ReadSync(const Napi::CallbackInfo& info) {
  const Query query = QueryFrom(info);
  Outcome outcome;
  Read(query, &outcome);
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
  return status.ok() ? info.Env().Null() : Napi::Value(DescribeFailure(info.Env(), status));
}

// holdPort(port) -> port | failure
Napi::Value HoldPortSync(const Napi::CallbackInfo& info) {
  auto port = static_cast<uint16_t>(info[0].As<Napi::Number>().Uint32Value());
  const Status status = HoldPort(&port);
  if (!status.ok()) return DescribeFailure(info.Env(), status);
  return Napi::Number::New(info.Env(), port);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto layout = Napi::Object::New(env);
  size_t count;
  const LayoutConstant* constants = LayoutConstants(&count);
  for (size_t i = 0; i < count; i++) {
    layout[constants[i].name] = Napi::Number::New(env, constants[i].value);
  }
  exports["layout"] = layout;
  exports["read"] = Napi::Function::New(env, ReadAsync, "read");
  exports["tryBind"] = Napi::Function::New(env, TryBindSync, "tryBind");
  exports["holdPort"] = Napi::Function::New(env, HoldPortSync, "holdPort");
  exports["readSync"] = Napi::Function::New(env, ReadSync, "readSync");
  return exports;
}

}  // namespace

NODE_API_MODULE(socktable, Init)

}  // namespace socktable
