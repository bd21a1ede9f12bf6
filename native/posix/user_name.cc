#include "user_name.h"

#include <pwd.h>

#include <cerrno>
#include <vector>

#include "../core/processes.h"

namespace socktable {

int UserName(uint32_t uid, std::string* name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(1024);
  int error;
  for (;;) {
    error = getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (error != ERANGE || buffer.size() >= (1 << 20)) break;
    buffer.resize(buffer.size() * 4);
  }
  *name = found == nullptr ? "" : found->pw_name;
  return error;
}

Status NameOfUser(uint32_t uid, std::string* name) {
  const int error = UserName(uid, name);
  return error == 0 ? Status::Ok() : Status::Os(error, "getpwuid_r");
}

}  // namespace socktable
