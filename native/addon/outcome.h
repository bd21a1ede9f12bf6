#pragma once

#include <napi.h>

#include <vector>

#include "../core/socket_table.h"
#include "../core/status.h"

namespace socktable {

// The result of a read: a table, or why there is none.
struct Outcome {
  Status status;
  Status fallback;
  PackedTable table;
};

// The result of anything else.
template <class Value>
struct Answer {
  Status status;
  Value value{};
};

Napi::Object DescribeStatus(Napi::Env env, const Status& status);

// The failure, or null.
Napi::Value DescribeFailure(Napi::Env env, const Status& status);

// Calls callback(buffer | null, failure | null); the buffer is its own until it returns.
Napi::Value Deliver(Napi::Env env, const Napi::Function& callback, Outcome outcome);

// Calls callback(described value | null, failure | null).
template <class Value, class Describe>
Napi::Value Deliver(Napi::Env env, const Napi::Function& callback, const Answer<Value>& answer,
                    const Describe& describe) {
  if (!answer.status.ok()) return callback.Call({env.Null(), DescribeStatus(env, answer.status)});
  return callback.Call({describe(env, answer.value), env.Null()});
}

// A list of what is described one by one.
template <class Item, class Describe>
Napi::Array DescribeList(Napi::Env env, const std::vector<Item>& items, const Describe& describe) {
  auto list = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); i++) {
    const Napi::HandleScope scope(env);
    list[i] = describe(env, items[i]);
  }
  return list;
}

}  // namespace socktable
