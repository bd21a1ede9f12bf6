#include "../core/processes.h"

#include "unsupported.h"

namespace socktable {

Status ReadProcesses(const ProcessQuery&, std::vector<ProcessRecord>*) {
  return Unsupported("ReadProcesses");
}

Status NameOfUser(uint32_t, std::string*) { return Unsupported("NameOfUser"); }

Status OpenProcessHandle(uint32_t, std::unique_ptr<ProcessHandle>*) {
  return Unsupported("OpenProcessHandle");
}

Status ReadProcessRoles(const std::vector<uint32_t>&, std::vector<ProcessRole>*) {
  return Unsupported("ReadProcessRoles");
}

Status BindOffspring(Bond*) { return Unsupported("BindOffspring"); }

Status ReapAdopted(uint32_t) { return Unsupported("ReapAdopted"); }

}  // namespace socktable
