#pragma once

#include <cstdint>
#include <string>

namespace socktable {

// The name of a user, empty where the number has none or it can't be found out. Returns 0 or the
// error of getpwuid_r(3).
int UserName(uint32_t uid, std::string* name);

}  // namespace socktable
