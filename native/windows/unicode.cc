#include "unicode.h"

#include <cstdint>

namespace socktable {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

bool IsSurrogate(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDFFF; }
bool IsHigh(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLow(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

void Append(uint32_t character, std::string* text) {
  const auto add = [&](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    add(character);
    return;
  }
  if (character < 0x800) {
    add(0xC0 | character >> 6);
  } else {
    if (character < 0x10000) {
      add(0xE0 | character >> 12);
    } else {
      add(0xF0 | character >> 18);
      add(0x80 | (character >> 12 & 0x3F));
    }
    add(0x80 | (character >> 6 & 0x3F));
  }
  add(0x80 | (character & 0x3F));
}

}  // namespace

std::string FromUtf16(const char16_t* text, size_t length) {
  std::string narrow;
  narrow.reserve(length);
  for (size_t i = 0; i < length; i++) {
    uint32_t character = text[i];
    if (IsHigh(character) && i + 1 < length && IsLow(text[i + 1])) {
      character = 0x10000 + ((character - 0xD800) << 10) + (text[++i] - uint32_t{0xDC00});
    } else if (IsSurrogate(character)) {
      character = kReplacement;
    }
    Append(character, &narrow);
  }
  return narrow;
}

}  // namespace socktable
