#include <algorithm>
#include <cstring>
#include <string_view>

#include "process_arguments.h"

namespace socktable {

std::optional<std::vector<std::string>> ParseProcessArguments(const uint8_t* bytes, size_t size) {
  int32_t count;
  if (size < sizeof count) return std::nullopt;
  memcpy(&count, bytes, sizeof count);
  std::string_view rest(reinterpret_cast<const char*>(bytes) + sizeof count, size - sizeof count);
  const size_t path_end = rest.find('\0');
  if (path_end == std::string_view::npos) return std::nullopt;
  // Zeros pad the path to a multiple of 8 bytes. An empty first argument can't be distinguished
  // from this padding.
  const size_t first = rest.find_first_not_of('\0', path_end);
  rest.remove_prefix(std::min(first, rest.size()));
  std::vector<std::string> arguments;
  for (int32_t i = 0; i < count; i++) {
    const size_t end = rest.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    arguments.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return arguments;
}

}  // namespace socktable
