#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "outcome.h"

namespace socktable {

// Makes an outcome on another thread and delivers it, unless it is cancelled before.
class TableWorker : public Napi::AsyncWorker {
 public:
  using Work = std::function<void(const std::atomic<bool>* cancelled, Outcome* outcome)>;

  // Returns cancel(). The second argument of the call is its callback.
  static Napi::Value Start(const Napi::CallbackInfo& info, Work work);

 protected:
  void Execute() override;
  void OnOK() override { Deliver(Env(), Callback().Value(), std::move(outcome_)); }

 private:
  TableWorker(const Napi::Function& callback, Work work)
      : AsyncWorker(callback, "socktable.read"), work_(std::move(work)) {}

  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  const Work work_;
  Outcome outcome_;
};

}  // namespace socktable
