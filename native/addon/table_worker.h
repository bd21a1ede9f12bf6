#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "outcome.h"

namespace socktable {

// Makes an outcome on another thread and delivers it. One that is cancelled before it begins never
// does: it leaves the queue of the thread pool, and delivers ECANCELED at the next turn.
class TableWorker : public Napi::AsyncWorker {
 public:
  using Work = std::function<void(const std::atomic<bool>* cancelled, Outcome* outcome)>;

  // Returns cancel(). The second argument of the call is its callback.
  static Napi::Value Start(const Napi::CallbackInfo& info, Work work);
  ~TableWorker() override { shared_->worker = nullptr; }

 protected:
  void Execute() override;
  void OnOK() override { Deliver(Env(), Callback().Value(), std::move(outcome_)); }
  void OnWorkComplete(Napi::Env env, napi_status status) override;

 private:
  // What cancel() knows of a worker that may have ended.
  struct Shared {
    std::atomic<bool> cancelled{false};
    TableWorker* worker = nullptr;  // of the JavaScript thread alone
  };

  TableWorker(const Napi::Function& callback, Work work)
      : AsyncWorker(callback, "socktable.read"), work_(std::move(work)) {
    shared_->worker = this;
  }

  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  const Work work_;
  Outcome outcome_;
};

}  // namespace socktable
