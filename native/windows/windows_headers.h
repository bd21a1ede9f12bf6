#pragma once

// The headers of Windows stand in an order: winsock2.h keeps windows.h from an older version of it.
// clang-format off
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <winsock2.h>
#include <ws2ipdef.h>
#include <windows.h>
#include <iphlpapi.h>
// clang-format on

// A keyword of old interface definitions, and a field of a row here.
#undef interface
