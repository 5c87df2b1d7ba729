// Removes what is older than it may be, a small batch at a time, so that a commit never waits long behind it. Writer thread.
#pragma once

#include "core/store/database.h"

namespace tollgate {

class Retention
{
public:
    Retention(int payloadDays, int ledgerDays) : m_payloadDays(payloadDays), m_ledgerDays(ledgerDays) {}

    // One batch. True: there may be more. 0 or fewer days keep for ever.
    Result<bool> step(Database &database, qint64 nowWallMs) const;

private:
    int m_payloadDays;
    int m_ledgerDays;
};

} // namespace tollgate
