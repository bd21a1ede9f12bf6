#include "outcome.h"

#include <cstring>
#include <memory>

namespace socktable {
namespace {

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

const char* NameOf(Reason reason) {
  switch (reason) {
    case Reason::kPermission:
      return "permission";
    case Reason::kGone:
      return "gone";
    case Reason::kShortage:
      return "shortage";
    case Reason::kUnsupported:
      return "unsupported";
    case Reason::kOther:
      break;
  }
  return "other";
}

Napi::Value DescribeOutcome(Napi::Env env, const Outcome& outcome) {
  auto failure = DescribeStatus(env, outcome.status);
  if (!outcome.fallback.ok()) failure["cause"] = DescribeStatus(env, outcome.fallback);
  return failure;
}

}  // namespace

Napi::Object DescribeStatus(Napi::Env env, const Status& status) {
  auto failure = Napi::Object::New(env);
  failure["errno"] = Napi::Number::New(env, static_cast<uint32_t>(status.code));
  failure["syscall"] = Napi::String::New(env, status.call);
  failure["reason"] = Napi::String::New(env, NameOf(ReasonOf(status)));
  if (!status.path.empty()) failure["path"] = Napi::String::New(env, status.path);
  return failure;
}

Napi::Value DescribeFailure(Napi::Env env, const Status& status) {
  return status.ok() ? env.Null() : Napi::Value(DescribeStatus(env, status));
}

Napi::Value Deliver(Napi::Env env, const Napi::Function& callback, Outcome outcome) {
  if (!outcome.status.ok()) return callback.Call({env.Null(), DescribeOutcome(env, outcome)});
  const LentBuffer lent(env, std::move(outcome.table));
  return callback.Call({lent.buffer(), env.Null()});
}

}  // namespace socktable
