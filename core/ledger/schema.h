// The ledger's tables. Enumerators are stored as their integers (the order of the enums is part of the format), offsets in microseconds
// since the request was accepted (NULL: did not happen), money in nano-USD (NULL: unknown), lists as JSON arrays (NULL: empty).
#pragma once

#include "core/store/database.h"

namespace tollgate {

Result<void> migrateLedger(Database &database);
// For those who may not write: an error unless the tables are of this version.
Result<void> checkLedgerVersion(Database &database);

// Whole numbers kept beside the rows. They change in the same transaction as the rows they speak of.
enum class LedgerMark : int {
    FoldedSequence = 1, // everything in the journal up to here is in the tables
    LastId = 2,         // the highest request id ever stored
    CleanStop = 3,      // 1 while nobody has the ledger open
};
Result<qint64> readMark(Database &database, LedgerMark mark);
Result<void> writeMark(Database &database, LedgerMark mark, qint64 value);

} // namespace tollgate
