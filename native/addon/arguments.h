#pragma once

#include <napi.h>

#include "../core/query.h"

namespace socktable {

// The query in the words of the first argument; throws a TypeError where they are none.
Query QueryFrom(const Napi::CallbackInfo& info);

// What to count by, where the third argument says so; else 0.
uint32_t CountByFrom(const Napi::CallbackInfo& info);

}  // namespace socktable
