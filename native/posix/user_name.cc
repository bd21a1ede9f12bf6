#include "user_name.h"

#include <pwd.h>

#include <cerrno>
#include <vector>

namespace socktable {

std::string UserName(uint32_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(1024);
  for (;;) {
    const int error = getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (error != ERANGE || buffer.size() >= (1 << 20)) break;
    buffer.resize(buffer.size() * 4);
  }
  return found == nullptr ? std::string() : std::string(found->pw_name);
}

}  // namespace socktable
