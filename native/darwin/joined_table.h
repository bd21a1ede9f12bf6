#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/direction.h"
#include "../core/query.h"
#include "../core/socket_table.h"
#include "inet_pcb.h"

namespace socktable {

// What is known of a process that holds sockets.
struct HolderFacts {
  uint64_t started = 0;
  std::string name;
};

// Makes one table of what the kernel lists and what processes have open. Pure.
class JoinedTable {
 public:
  JoinedTable(const Query& query, SocketTable& table) : query_(query), table_(table) {}

  // Takes a socket of a list, which comes before what processes have open.
  void AddListed(const InetPcb& pcb);

  // Takes a descriptor of a process. A socket that was not listed gets a row.
  void AddHeld(const InetPcb& pcb, uint32_t pid, uint32_t descriptor);

  // The processes that used the sockets last which have no holder yet, each once.
  std::vector<uint32_t> LastUsers() const;

  // Whether every socket that may have a holder has one.
  bool AllHeld() const { return unheld_ == 0; }

  // Gives each row its owners, or the reason why it has none.
  void Finish(const std::function<HolderFacts(uint32_t pid)>& facts);

 private:
  struct Holder {
    uint32_t row;
    uint32_t pid;
    uint32_t descriptor;
  };

  // Adds the row of a socket; false where it is none that was asked for.
  bool Add(const InetPcb& pcb);
  void AssignOwners(const std::function<HolderFacts(uint32_t pid)>& facts);

  const Query& query_;
  SocketTable& table_;
  Listeners listeners_;
  // Rows by generation; each protocol counts by itself.
  std::unordered_map<uint64_t, uint32_t> rows_[2];
  std::vector<bool> held_;
  size_t unheld_ = 0;
  std::vector<Holder> holders_;
};

}  // namespace socktable
