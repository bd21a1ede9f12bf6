#pragma once

#include <napi.h>

#include <utility>

#include "outcome.h"
#include "worker.h"

namespace socktable {

// Reads a table on another thread. Returns cancel(); the second argument of the call is its
// callback(buffer | null, failure | null).
inline Napi::Value StartRead(const Napi::CallbackInfo& info, Worker<Outcome>::Work work) {
  return Worker<Outcome>::Start(info[1].As<Napi::Function>(), "socktable.read", std::move(work),
                                [](Napi::Env env, const Napi::Function& callback, Outcome outcome) {
                                  Deliver(env, callback, std::move(outcome));
                                });
}

// Makes an answer on another thread, for callback(described value | null, failure | null).
template <class Value, class Work, class Describe>
void StartAnswer(const Napi::Function& callback, const char* name, Work work, Describe describe) {
  Worker<Answer<Value>>::Start(
      callback, name,
      [work = std::move(work)](const std::atomic<bool>*, Answer<Value>* answer) {
        answer->status = work(&answer->value);
      },
      [describe = std::move(describe)](Napi::Env env, const Napi::Function& function,
                                       const Answer<Value>& answer) {
        Deliver(env, function, answer, describe);
      });
}

}  // namespace socktable
