#pragma once

#include <napi.h>

#include "../core/socket_table.h"
#include "../core/status.h"

namespace socktable {

// The result of a read: a table, or why there is none.
struct Outcome {
  Status status;
  Status fallback;
  PackedTable table;
};

Napi::Object DescribeStatus(Napi::Env env, const Status& status);

// Calls callback(buffer | null, failure | null); the buffer is its own until it returns.
Napi::Value Deliver(Napi::Env env, const Napi::Function& callback, Outcome outcome);

}  // namespace socktable
