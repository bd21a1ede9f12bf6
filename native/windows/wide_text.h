#pragma once

#include <cstddef>
#include <string>

namespace socktable {

// UTF-8 of UTF-16; what is no Unicode becomes U+FFFD.
std::string FromWide(const wchar_t* text, size_t length);

}  // namespace socktable
