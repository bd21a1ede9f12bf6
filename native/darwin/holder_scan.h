#pragma once

#include <vector>

#include "../core/query.h"
#include "../core/status.h"
#include "joined_table.h"
#include "process_list.h"

namespace socktable {

// Adds to the table every descriptor of every process that may be read, or of those in the query.
// `enough`: stops as soon as each socket that may have a holder has one. `processes` receives those
// that were read.
Status ScanHolders(const Query& query, bool enough, JoinedTable* joined, Report* report,
                   std::vector<ProcessRecord>* processes);

}  // namespace socktable
