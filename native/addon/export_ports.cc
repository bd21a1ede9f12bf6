#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "../core/actions.h"
#include "exports.h"
#include "outcome.h"
#include "reads.h"
#include "wrapped.h"

namespace socktable {
namespace {

uint16_t PortFrom(const Napi::CallbackInfo& info) {
  return static_cast<uint16_t>(info[0].As<Napi::Number>().Uint32Value());
}

// tryBind(bind) -> null | failure
Napi::Value TryBindSync(const Napi::CallbackInfo& info) {
  const auto array = info[0].As<Napi::Uint32Array>();
  if (array.ElementLength() != kBindWords) {
    throw Napi::TypeError::New(info.Env(), "socktable: not a bind of this version of the addon");
  }
  const uint32_t* words = array.Data();
  const auto word = [&](BindWord which) { return words[static_cast<uint32_t>(which)]; };
  BindAttempt attempt{};
  attempt.protocol = static_cast<Protocol>(word(BindWord::kProtocol));
  attempt.family = static_cast<Family>(word(BindWord::kFamily));
  attempt.options = word(BindWord::kOptions);
  attempt.port = static_cast<uint16_t>(word(BindWord::kPort));
  attempt.scope = word(BindWord::kScope);
  memcpy(attempt.address, words + static_cast<uint32_t>(BindWord::kAddress),
         sizeof attempt.address);
  return DescribeFailure(info.Env(), TryBind(attempt));
}

// interfaceIndex(name) -> number
Napi::Value InterfaceIndexSync(const Napi::CallbackInfo& info) {
  const std::string name = info[0].ToString();
  return Napi::Number::New(info.Env(), InterfaceIndex(name.c_str()));
}

// --- Reservations ---

using HeldReservation = std::unique_ptr<PortReservation>;

constexpr napi_type_tag kHeldReservationTag = {0x3d6ac0f29e517b84, 0xb07e4c18d5a3926f};

// reservePort(port) -> { reservation } | { failure }
Napi::Value ReservePortSync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto answer = Napi::Object::New(env);
  auto held = std::make_unique<HeldReservation>();
  const Status status = ReservePort(PortFrom(info), held.get());
  if (status.ok()) {
    answer["reservation"] = Wrap(env, std::move(held), kHeldReservationTag);
  } else {
    answer["failure"] = DescribeStatus(env, status);
  }
  return answer;
}

// closeReservation(reservation)
void CloseReservation(const Napi::CallbackInfo& info) {
  Wrapped<HeldReservation>(info, kHeldReservationTag, "socktable: not an open reservation").reset();
}

// reservePortByTimeWait(port, callback(null, failure | null))
void ReservePortByTimeWaitAsync(const Napi::CallbackInfo& info) {
  struct Nothing {};
  StartAnswer<Nothing>(
      info[1].As<Napi::Function>(), "socktable.reserve",
      [port = PortFrom(info)](Nothing*) { return ReservePortByTimeWait(port); },
      [](Napi::Env env, const Nothing&) { return env.Null(); });
}

}  // namespace

void ExportPorts(Napi::Object exports) {
  Export(exports, "interfaceIndex", InterfaceIndexSync);
  Export(exports, "tryBind", TryBindSync);
  Export(exports, "reservePort", ReservePortSync);
  Export(exports, "closeReservation", CloseReservation);
  Export(exports, "reservePortByTimeWait", ReservePortByTimeWaitAsync);
}

}  // namespace socktable
