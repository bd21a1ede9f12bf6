#pragma once

#include <vector>

#include "../core/query.h"
#include "../core/status.h"
#include "joined_table.h"
#include "process_list.h"

namespace socktable {

// Gives the table every descriptor of every process that may be looked into, or of those that the
// query asks for. `enough`: it is done as soon as each socket that may have a holder has one.
// `processes` are those that were looked into.
Status ScanHolders(const Query& query, bool enough, JoinedTable* joined, Report* report,
                   std::vector<ProcessRecord>* processes);

}  // namespace socktable
