#include "table_worker.h"

#include <new>

#include "../reader.h"

namespace socktable {

Napi::Value TableWorker::Start(const Napi::CallbackInfo& info, Work work) {
  auto* worker = new TableWorker(info[1].As<Napi::Function>(), std::move(work));
  const auto cancelled = worker->cancelled_;
  worker->Queue();
  return Napi::Function::New(info.Env(), [cancelled](const Napi::CallbackInfo&) {
    cancelled->store(true, std::memory_order_relaxed);
  });
}

void TableWorker::Execute() {
  try {
    work_(cancelled_.get(), &outcome_);
  } catch (const std::bad_alloc&) {
    outcome_.status = OutOfMemory();
  }
}

}  // namespace socktable
