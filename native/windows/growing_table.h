#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace socktable {

// What the functions of IP Helper answer (winerror.h, ntstatus.h); ip_helper.cc compares them.
constexpr uint32_t kWindowsNoError = 0;
constexpr uint32_t kWindowsInsufficientBuffer = 122;
constexpr uint32_t kWindowsNoData = 232;
// STATUS_UNSUCCESSFUL, which no documentation names: users of other libraries met it on Windows
// Server under load, and the next call succeeded.
constexpr uint32_t kWindowsUnsuccessful = 0xC0000001;

// Asks for a table until it fits: `ask` gets room and its size, and says with
// kWindowsInsufficientBuffer how much is needed. The table may have grown by the next call, so more
// is given than that, and not without end. Returns the last answer; an empty table is a success.
uint32_t FetchGrowing(const std::function<uint32_t(uint8_t* room, uint32_t* size)>& ask,
                      std::vector<uint8_t>* buffer);

}  // namespace socktable
