#pragma once

#include <cstddef>
#include <cstdint>

#include "query.h"
#include "socket_table.h"
#include "status.h"

namespace socktable {

// The seam that every system implements (native/<os>/reader.cc): reads the sockets that the query
// asks for into an empty table, owners included. Blocks; any number of threads may call it
// concurrently. Throws only std::bad_alloc.
Status ReadSockets(const Query& query, SocketTable& table);

// What a source can show. What it can't is missing from the report of a query that asks for it.
struct SourceCapability {
  static constexpr uint32_t kAllStates = (1u << kStateCount) - 1;
  static constexpr uint32_t kAllButBound = kAllStates & ~Bit(State::kBound);

  Source source;
  uint32_t tcp_states;  // bits of State
};

// Says in the report what the query asks for and the source can't show.
inline void NoteMissing(const SourceCapability& can, const Query& query, Report& report) {
  const bool asks_for_bound =
      query.Includes(Protocol::kTcp) && (query.tcp_states & Bit(State::kBound)) != 0;
  const bool shows_bound = (can.tcp_states & Bit(State::kBound)) != 0;
  if (asks_for_bound && !shows_bound) report.Set(ReportFlag::kBoundUnavailable);
}

// Whether a read failed since none of the processes that it was to ask is there.
bool IsNoSuchProcess(const Status& status);

// The system's own code for std::bad_alloc.
Status OutOfMemory();

// A read that was cancelled before it began.
Status CancelledRead();

}  // namespace socktable
