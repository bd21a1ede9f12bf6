#include <napi.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <new>

#include "query.h"
#include "reader.h"
#include "socket_table.h"
#include "status.h"

// The only file that knows JavaScript: takes the words of a query, reads off the event loop or in
// place, and hands over one buffer. It holds no state but what belongs to its environment, so that
// worker threads and repeated loading are safe.

namespace socktable {
namespace {

// The result of a read: a table, or why there is none.
struct Outcome {
  Status status;
  SocketTable table;
};

void Read(const Query& query, Outcome* outcome) {
  try {
    outcome->status = ReadSockets(query, outcome->table);
  } catch (const std::bad_alloc&) {
    outcome->status = Status{ENOMEM, "malloc", {}};
  }
}

Napi::Value ToJavaScript(Napi::Env env, Outcome& outcome) {
  if (outcome.status.ok()) {
    auto buffer = Napi::ArrayBuffer::New(env, outcome.table.PackedSize());
    outcome.table.Pack(static_cast<uint8_t*>(buffer.Data()));
    return buffer;
  }
  const auto describe = [&](const Status& status) {
    auto failure = Napi::Object::New(env);
    failure["errno"] = Napi::Number::New(env, status.code);
    failure["syscall"] = Napi::String::New(env, status.call);
    if (!status.path.empty()) failure["path"] = Napi::String::New(env, status.path);
    return failure;
  };
  auto failure = describe(outcome.status);
  const Status& fallback = outcome.table.report.fallback;
  if (!fallback.ok()) failure["cause"] = describe(fallback);
  return failure;
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
  std::vector<napi_value> GetResult(Napi::Env env) override {
    return {env.Null(), ToJavaScript(env, outcome_)};
  }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  Query query_;
  Outcome outcome_;
};

// read(words, callback(error, buffer | failure)) -> cancel()
Napi::Value ReadAsync(const Napi::CallbackInfo& info) {
  Query query = QueryFrom(info);
  auto* worker = new ReadWorker(info[1].As<Napi::Function>(), std::move(query));
  const auto cancelled = worker->cancelled();
  worker->Queue();
  return Napi::Function::New(info.Env(), [cancelled](const Napi::CallbackInfo&) {
    cancelled->store(true, std::memory_order_relaxed);
  });
}

// readSync(words) -> buffer | failure
Napi::Value ReadSync(const Napi::CallbackInfo& info) {
  const Query query = QueryFrom(info);
  Outcome outcome;
  Read(query, &outcome);
  return ToJavaScript(info.Env(), outcome);
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
  exports["readSync"] = Napi::Function::New(env, ReadSync, "readSync");
  return exports;
}

}  // namespace

NODE_API_MODULE(socktable, Init)

}  // namespace socktable
