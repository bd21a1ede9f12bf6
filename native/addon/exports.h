#pragma once

#include <napi.h>

// This folder alone knows JavaScript: it takes encoded queries, reads off the event loop or in
// place, and lends one buffer to a callback. It holds no state but what belongs to its environment,
// so that worker threads and repeated loading are safe.

namespace socktable {

// Each adds its functions to what the addon exports; src/binding.ts says what they offer.
void ExportReading(Napi::Object exports);
void ExportWatching(Napi::Object exports);
void ExportOffspring(Napi::Object exports);
void ExportPorts(Napi::Object exports);
void ExportProcesses(Napi::Object exports);
void ExportRoles(Napi::Object exports);

template <class Function>
void Export(Napi::Object exports, const char* name, Function function) {
  exports[name] = Napi::Function::New(exports.Env(), function, name);
}

}  // namespace socktable
