#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <utility>

#include "../core/source.h"

namespace socktable {

// Fills in a result; its status reports if memory runs out.
template <class Result, class Fill>
void Complete(const Fill& fill, Result* result) {
  try {
    fill();
  } catch (const std::bad_alloc&) {
    result->status = OutOfMemory();
  }
}

// Makes a result, which has a status, on another thread and delivers it. One that is cancelled
// before it begins never does: it leaves the queue of the thread pool, and delivers ECANCELED at
// the next turn.
template <class Result>
class Worker : public Napi::AsyncWorker {
 public:
  using Work = std::function<void(const std::atomic<bool>* cancelled, Result* result)>;
  using Deliver = std::function<void(Napi::Env env, const Napi::Function& callback, Result result)>;

  // Returns cancel(). `name` is a string literal, for diagnostics.
  static Napi::Value Start(const Napi::Function& callback, const char* name, Work work,
                           Deliver deliver) {
    auto* worker = new Worker(callback, name, std::move(work), std::move(deliver));
    const std::shared_ptr<Shared> shared = worker->shared_;
    worker->Queue();
    return Napi::Function::New(callback.Env(), [shared](const Napi::CallbackInfo& call) {
      shared->cancelled.store(true, std::memory_order_relaxed);
      // Fails where it runs already, which then looks at the flag.
      if (shared->worker != nullptr) napi_cancel_async_work(call.Env(), *shared->worker);
    });
  }
  ~Worker() override { shared_->worker = nullptr; }

 protected:
  void Execute() override {
    if (shared_->cancelled.load(std::memory_order_relaxed)) {
      result_.status = CancelledRead();
      return;
    }
    Complete([&] { work_(&shared_->cancelled, &result_); }, &result_);
  }
  void OnOK() override { deliver_(Env(), Callback().Value(), std::move(result_)); }
  void OnWorkComplete(Napi::Env env, napi_status status) override {
    if (status == napi_cancelled) {
      result_.status = CancelledRead();
      status = napi_ok;
    }
    AsyncWorker::OnWorkComplete(env, status);
  }

 private:
  // What cancel() knows of a worker that may have ended.
  struct Shared {
    std::atomic<bool> cancelled{false};
    Worker* worker = nullptr;  // of the JavaScript thread alone
  };

  Worker(const Napi::Function& callback, const char* name, Work work, Deliver deliver)
      : AsyncWorker(callback, name), work_(std::move(work)), deliver_(std::move(deliver)) {
    shared_->worker = this;
  }

  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  const Work work_;
  const Deliver deliver_;
  Result result_;
};

}  // namespace socktable
