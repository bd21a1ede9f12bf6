#include "../core/processes.h"
#include "exports.h"
#include "outcome.h"

namespace socktable {
namespace {

// bindOffspring() -> bond | failure
Napi::Value BindOffspringSync(const Napi::CallbackInfo& info) {
  Bond bond{};
  const Status status = BindOffspring(&bond);
  if (!status.ok()) return DescribeStatus(info.Env(), status);
  return Napi::Number::New(info.Env(), static_cast<uint32_t>(bond));
}

// reapAdopted(own) -> failure | null
Napi::Value ReapAdoptedSync(const Napi::CallbackInfo& info) {
  return DescribeFailure(info.Env(), ReapAdopted(info[0].ToNumber().Uint32Value()));
}

}  // namespace

void ExportOffspring(Napi::Object exports) {
  Export(exports, "bindOffspring", BindOffspringSync);
  Export(exports, "reapAdopted", ReapAdoptedSync);
}

}  // namespace socktable
