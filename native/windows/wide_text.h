#pragma once

#include <cstddef>
#include <string>

namespace socktable {

// UTF-8 of UTF-16; what is no Unicode becomes U+FFFD.
std::string FromWide(const wchar_t* text, size_t length);

// The text that a pointer into a buffer points at; empty where it points elsewhere or has no end.
std::string TextIn(const void* buffer, size_t size, const wchar_t* text);

}  // namespace socktable
