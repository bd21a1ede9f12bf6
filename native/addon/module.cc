#include "../core/socket_table.h"
#include "exports.h"

namespace socktable {
namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto layout = Napi::Object::New(env);
  size_t count;
  const LayoutConstant* constants = LayoutConstants(&count);
  for (size_t i = 0; i < count; i++) {
    layout[constants[i].name] = Napi::Number::New(env, constants[i].value);
  }
  exports["layout"] = layout;
  ExportReading(exports);
  ExportWatching(exports);
  ExportOffspring(exports);
  ExportPorts(exports);
  ExportProcesses(exports);
  ExportRoles(exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(socktable, Init)

}  // namespace socktable
