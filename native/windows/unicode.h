#pragma once

#include <cstddef>
#include <string>

namespace socktable {

// UTF-8 of UTF-16. Half of a pair, which no Unicode is, becomes U+FFFD.
std::string FromUtf16(const char16_t* text, size_t length);

}  // namespace socktable
