#include "wide_text.h"

#include <cstdint>
#include <cwchar>

#include "windows_headers.h"

namespace socktable {

std::string FromWide(const wchar_t* text, size_t length) {
  if (length == 0) return {};
  const int wide = static_cast<int>(length);
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, wide, nullptr, 0, nullptr, nullptr);
  if (size <= 0) return {};
  std::string narrow(static_cast<size_t>(size), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text, wide, &narrow[0], size, nullptr, nullptr);
  return narrow;
}

std::string TextIn(const void* buffer, size_t size, const wchar_t* text) {
  const auto start = reinterpret_cast<uintptr_t>(buffer);
  const auto at = reinterpret_cast<uintptr_t>(text);
  if (at < start || at - start >= size) return {};
  const size_t room = (size - (at - start)) / sizeof *text;
  const size_t length = wcsnlen(text, room);
  return length == room ? std::string() : FromWide(text, length);
}

}  // namespace socktable
