// Text in an array, as printf writes it.

#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdio>

namespace socktable {

// As snprintf, with the size taken from the array. By way of vsnprintf, since glibc's headers check
// the calls of no function with "..." where clang compiles C++ (bits/stdio2.h, __va_arg_pack).
template <size_t N>
__attribute__((format(printf, 2, 3))) void Format(char (&text)[N], const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, N, format, arguments);
  va_end(arguments);
}

}  // namespace socktable
