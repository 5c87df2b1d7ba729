// `cache stats | purge [--model M] [--expired]`.
#include "app/application.h"
#include "app/cli/commands.h"
#include "core/cache/responsecache.h"

namespace tollgate::app {

namespace {

class CacheCommand final : public Command
{
public:
    using Command::Command;
    void start() override
    {
        QCommandLineParser parser;
        parser.addOption({QStringLiteral("model"), QString(), QStringLiteral("ID")});
        parser.addOption({QStringLiteral("expired"), QString()});
        if (!parse(parser, 2, 2))
            return;
        const QString verb = parser.positionalArguments().value(1);
        if (verb == u"stats")
            m_app.cache().stats([this](const CacheStats &stats) { printStats(stats); });
        else if (verb == u"purge")
            m_app.cache().purge(parser.value(QStringLiteral("model")), parser.isSet(QStringLiteral("expired")),
                                [this](const Result<qint64> &removed) { printPurge(removed); });
        else
            failUsage(tr("cache %1: use stats or purge").arg(verb));
    }

private:
    void printStats(const CacheStats &stats)
    {
        if (json()) {
            object([&stats](JsonWriter &writer) {
                writer.member("entries", stats.entries).member("disk_bytes", stats.diskBytes);
                writer.member("memory_entries", stats.memoryEntries).member("memory_bytes", stats.memoryBytes);
                writer.member("hits", stats.hits).member("expired", stats.expired);
                writer.member("saved_usd", stats.saved.value_or(Money()).toDecimal());
            });
        } else {
            line(tr("%1 answers, %2 KiB on disk; %3 in memory, %4 KiB").arg(stats.entries).arg(stats.diskBytes >> 10).arg(stats.memoryEntries).arg(stats.memoryBytes >> 10));
            line(tr("%1 hits, $%2 saved; %3 expired").arg(stats.hits).arg(stats.saved.value_or(Money()).toDecimal()).arg(stats.expired));
        }
        finish(ExitDone);
    }

    void printPurge(const Result<qint64> &removed)
    {
        if (!removed)
            return fail(removed.error());
        if (json())
            object([&removed](JsonWriter &writer) { writer.member("removed", *removed); });
        else
            note(tr("Removed %1 answers.").arg(*removed));
        finish(ExitDone);
    }
};

} // namespace

constinit const CommandInfo cacheCommand = {
    "cache", "stats | purge [--model M] [--expired]", "Stored answers and what they saved",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<CacheCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
