// The report of cli.md, computed from rows. On the thread of the database.
#pragma once

#include "core/ledger/ledger.h"
#include "core/store/database.h"

namespace tollgate {

// Groups come by time for days and hours, dearest first for the rest. Without grouping there is one row, "all". A tag KEY groups
// by the value of KEY=value ("KEY" for the bare word, "" for requests without it); a request may be in several such groups.
Result<Report> runReport(Database &database, const ReportQuery &query);

} // namespace tollgate
