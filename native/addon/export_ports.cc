#include <cstring>

#include "../bind_probe.h"
#include "exports.h"
#include "outcome.h"

namespace socktable {
namespace {

// The words of a bind to try, in this order.
enum AttemptWord : uint32_t {
  kAttemptProtocol,
  kAttemptIPv6,
  kAttemptOptions,
  kAttemptPort,
  kAttemptScope,
  kAttemptAddress,
  kAttemptWords = kAttemptAddress + 4,
};

// tryBind(words) -> null | failure
Napi::Value TryBindSync(const Napi::CallbackInfo& info) {
  const auto array = info[0].As<Napi::Uint32Array>();
  if (array.ElementLength() != kAttemptWords) {
    throw Napi::TypeError::New(info.Env(), "socktable: not a bind of this version of the addon");
  }
  const uint32_t* words = array.Data();
  BindAttempt attempt{};
  attempt.protocol = words[kAttemptProtocol] == 0 ? Protocol::kTcp : Protocol::kUdp;
  attempt.ipv6 = words[kAttemptIPv6] != 0;
  attempt.options = words[kAttemptOptions];
  attempt.port = static_cast<uint16_t>(words[kAttemptPort]);
  attempt.scope = words[kAttemptScope];
  memcpy(attempt.address, words + kAttemptAddress, sizeof attempt.address);
  const Status status = TryBind(attempt);
  return status.ok() ? info.Env().Null() : Napi::Value(DescribeStatus(info.Env(), status));
}

// holdPort(port) -> port | failure
Napi::Value HoldPortSync(const Napi::CallbackInfo& info) {
  auto port = static_cast<uint16_t>(info[0].As<Napi::Number>().Uint32Value());
  const Status status = HoldPort(&port);
  if (!status.ok()) return DescribeStatus(info.Env(), status);
  return Napi::Number::New(info.Env(), port);
}

}  // namespace

void ExportPorts(Napi::Object exports) {
  Export(exports, "tryBind", TryBindSync);
  Export(exports, "holdPort", HoldPortSync);
}

}  // namespace socktable
