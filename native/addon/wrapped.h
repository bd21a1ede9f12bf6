#pragma once

#include <napi.h>

#include <memory>

namespace socktable {

// An object that owns `held` until it is collected. The tag marks those of one type, so that no
// other object can be given for one. Not an External, of which Node.js leaks its own part where an
// environment ends.
template <class Held>
Napi::Object Wrap(Napi::Env env, std::unique_ptr<Held> held, const napi_type_tag& tag) {
  auto object = Napi::Object::New(env);
  const napi_status wrapped = napi_wrap(
      env, object, held.get(),
      [](napi_env, void* finished, void*) { delete static_cast<Held*>(finished); }, nullptr,
      nullptr);
  NAPI_THROW_IF_FAILED(env, wrapped, Napi::Object());
  static_cast<void>(held.release());
  object.TypeTag(&tag);
  return object;
}

// The pointer that the first argument holds; throws a TypeError where it is no such object, or
// where the pointer was reset.
template <class Held>
Held& Wrapped(const Napi::CallbackInfo& info, const napi_type_tag& tag, const char* refusal) {
  if (info[0].IsObject() && info[0].As<Napi::Object>().CheckTypeTag(&tag)) {
    void* held = nullptr;
    if (napi_unwrap(info.Env(), info[0], &held) == napi_ok && *static_cast<Held*>(held)) {
      return *static_cast<Held*>(held);
    }
  }
  throw Napi::TypeError::New(info.Env(), refusal);
}

}  // namespace socktable
