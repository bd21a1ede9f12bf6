#pragma once

#include "../core/unique.h"
#include "windows_headers.h"
// After windows.h, whose types it takes for granted.
#include <winsvc.h>

namespace socktable {

// INVALID_HANDLE_VALUE and null both mean that there is none.
struct KernelObject {
  using Value = HANDLE;
  static HANDLE None() { return nullptr; }
  static bool IsValid(HANDLE handle) { return handle != nullptr && handle != INVALID_HANDLE_VALUE; }
  static void Close(HANDLE handle) { CloseHandle(handle); }
};
using UniqueHandle = Unique<KernelObject>;

struct WindowsSocket {
  using Value = SOCKET;
  static SOCKET None() { return INVALID_SOCKET; }
  static bool IsValid(SOCKET socket) { return socket != INVALID_SOCKET; }
  static void Close(SOCKET socket) { closesocket(socket); }
};
using UniqueSocket = Unique<WindowsSocket>;

struct ServiceObject {
  using Value = SC_HANDLE;
  static SC_HANDLE None() { return nullptr; }
  static bool IsValid(SC_HANDLE handle) { return handle != nullptr; }
  static void Close(SC_HANDLE handle) { CloseServiceHandle(handle); }
};
using UniqueService = Unique<ServiceObject>;

}  // namespace socktable
