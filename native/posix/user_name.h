#pragma once

#include <cstdint>
#include <string>

namespace socktable {

// The name of a user; empty where the number has none.
std::string UserName(uint32_t uid);

}  // namespace socktable
