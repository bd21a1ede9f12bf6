#include "wide_text.h"

#include <cstdint>
#include <cwchar>

#include "unicode.h"

namespace socktable {

std::string FromWide(const wchar_t* text, size_t length) {
  static_assert(sizeof(wchar_t) == sizeof(char16_t));
  return FromUtf16(reinterpret_cast<const char16_t*>(text), length);
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
