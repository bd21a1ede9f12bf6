#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace socktable {

// Takes the arguments out of what kern.procargs2 gives: their number, the path of the program, and
// behind zeros the arguments and the environment. Nothing where they are not whole.
std::optional<std::vector<std::string>> ParseProcessArguments(const uint8_t* bytes, size_t size);

}  // namespace socktable
