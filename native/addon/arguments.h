#pragma once

#include <napi.h>

#include "../core/query.h"

namespace socktable {

// The encoded query in the first argument; throws a TypeError if it is none.
Query QueryFrom(const Napi::CallbackInfo& info);

// What to count by, where the third argument says so; else 0.
uint32_t CountByFrom(const Napi::CallbackInfo& info);

}  // namespace socktable
