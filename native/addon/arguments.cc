#include "arguments.h"

namespace socktable {

Query QueryFrom(const Napi::CallbackInfo& info) {
  Query query;
  if (info.Length() > 0 && info[0].IsTypedArray()) {
    const auto array = info[0].As<Napi::TypedArray>();
    if (array.TypedArrayType() == napi_uint32_array) {
      const auto words = array.As<Napi::Uint32Array>();
      if (DecodeQuery(words.Data(), words.ElementLength(), &query)) return query;
    }
  }
  throw Napi::TypeError::New(info.Env(), "socktable: not a query of this version of the addon");
}

uint32_t CountByFrom(const Napi::CallbackInfo& info) {
  return info[2].IsNumber() ? info[2].As<Napi::Number>().Uint32Value() : 0;
}

}  // namespace socktable
