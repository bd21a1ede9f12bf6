#include "interface_names.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "unique_fd.h"

namespace socktable {

void AddInterfaceNames(SocketTable& table) {
  UniqueFd fd;
  for (size_t i = 0; i < table.size(); i++) {
    const uint32_t index = table[i].interface;
    if (index == 0) continue;
    const auto known =
        std::find_if(table.interfaces.begin(), table.interfaces.end(),
                     [&](const Interface& interface) { return interface.index == index; });
    if (known != table.interfaces.end()) continue;
    if (!fd.valid()) fd = UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    request.ifr_ifindex = static_cast<int>(index);
    Text name;
    // An interface that has gone keeps its number and has no name.
    if (fd.valid() && ioctl(fd.get(), SIOCGIFNAME, &request) == 0) {
      name = table.AddText(request.ifr_name, strnlen(request.ifr_name, sizeof request.ifr_name));
    }
    table.interfaces.push_back({index, name});
  }
}

}  // namespace socktable
