#include "table_worker.h"

#include <new>

#include "../core/source.h"

namespace socktable {

Napi::Value TableWorker::Start(const Napi::CallbackInfo& info, Work work) {
  auto* worker = new TableWorker(info[1].As<Napi::Function>(), std::move(work));
  const std::shared_ptr<Shared> shared = worker->shared_;
  worker->Queue();
  return Napi::Function::New(info.Env(), [shared](const Napi::CallbackInfo& call) {
    shared->cancelled.store(true, std::memory_order_relaxed);
    // Fails where it runs already, which then looks at the flag.
    if (shared->worker != nullptr) napi_cancel_async_work(call.Env(), *shared->worker);
  });
}

void TableWorker::Execute() {
  if (shared_->cancelled.load(std::memory_order_relaxed)) {
    outcome_.status = CancelledRead();
    return;
  }
  try {
    work_(&shared_->cancelled, &outcome_);
  } catch (const std::bad_alloc&) {
    outcome_.status = OutOfMemory();
  }
}

void TableWorker::OnWorkComplete(Napi::Env env, napi_status status) {
  if (status == napi_cancelled) {
    outcome_.status = CancelledRead();
    status = napi_ok;
  }
  AsyncWorker::OnWorkComplete(env, status);
}

}  // namespace socktable
