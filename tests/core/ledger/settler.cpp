#include "tests/core/ledger/settler.h"

#include "tests/core/ledger/ledgerfixture.h"

#include <unistd.h>

namespace tollgate::test {

namespace {

void tell(char what, qint64 id)
{
    const QByteArray line = what + QByteArray(" ") + QByteArray::number(id) + '\n';
    if (::write(STDOUT_FILENO, line.constData(), size_t(line.size())) != line.size())
        _exit(3);
}

} // namespace

int settleForEver(const char *folder)
{
    SystemClock clock;
    Ledger::Options options;
    options.path = QString::fromLocal8Bit(folder) + QStringLiteral("/ledger.sqlite");
    options.journalFolder = QString::fromLocal8Bit(folder) + QStringLiteral("/journal");
    auto ledger = Ledger::open(clock, options);
    if (!ledger)
        return 2;
    for (;;) {
        const RequestId id = (*ledger)->nextId();
        if (!(*ledger)->intend(intentFor(id)))
            return 4;
        tell('i', id.value);
        RequestRecord record = plainRecord(id.value);
        if (id.value % 7 == 0)
            record = fullRecord(id.value);
        if (!(*ledger)->settle(std::move(record)))
            return 5;
        tell('s', id.value);
    }
}

} // namespace tollgate::test
