// `doctor`: one line per check; exit code 1 when something is wrong.
#include "app/application.h"
#include "app/cli/commands.h"
#include "core/engine/engine.h"
#include "core/ledger/ledger.h"
#include "core/pricing/pricetable.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"

#include <QDate>
#include <QStorageInfo>

namespace tollgate::app {

namespace {

// Prices change a few times a year; older than this they are likely wrong for some model.
constexpr int pricesStaleDays = 90;

class DoctorCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void check(const QString &name, bool ok, const QString &text);
    void checkLedger();
    void checkKeychain();
    void checkProviders();
    void nextProvider();
    QList<ProviderConfig> m_providers;
    bool m_wrong = false;
};

void DoctorCommand::start()
{
    QCommandLineParser parser;
    if (!parse(parser, 1, 1))
        return;
    if (const std::optional<Error> &reason = m_app.readOnlyReason()) {
        check(QStringLiteral("profile"), false, reason->text());
        return checkLedger();
    }
    const QStorageInfo storage(m_app.paths().folder);
    const qint64 freeMib = storage.bytesAvailable() >> 20;
    check(QStringLiteral("profile"), freeMib >= 16, tr("%1 is writable, %2 MiB free").arg(m_app.paths().folder).arg(freeMib));
    checkLedger();
}

void DoctorCommand::check(const QString &name, bool ok, const QString &text)
{
    m_wrong |= !ok;
    sayCheck(m_output, json(), name, ok, text);
}

void DoctorCommand::checkLedger()
{
    m_app.ledger().check(this, [this](const Result<qint64> &checked) {
        check(QStringLiteral("ledger"), checked.ok(), checked ? tr("intact, %1 requests").arg(*checked) : checked.error().text());
        checkKeychain();
    });
}

void DoctorCommand::checkKeychain()
{
    m_app.vault().secretStore().probe([this](KeychainState state) {
        bool needed = false;
        const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
        for (const ProviderConfig &config : settings->providers)
            needed |= config.needsKey && config.keyEnv.isEmpty();
        const bool ok = state == KeychainState::Available || !needed;
        check(QStringLiteral("keychain"), ok, keychainStateText(state) + (ok && state != KeychainState::Available ? u' ' + tr("No provider needs it.") : QString()));
        const QDate date = m_app.prices()->date();
        const qint64 age = date.daysTo(QDate::currentDate());
        check(QStringLiteral("prices"), age <= pricesStaleDays, tr("list of %1, %2 days old").arg(date.toString(Qt::ISODate)).arg(age));
        checkProviders();
    });
}

void DoctorCommand::checkProviders()
{
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    for (const ProviderConfig &config : settings->providers) {
        if (config.enabled)
            m_providers.append(config);
    }
    if (m_providers.isEmpty())
        check(QStringLiteral("providers"), true, tr("none yet"));
    nextProvider();
}

void DoctorCommand::nextProvider()
{
    if (m_providers.isEmpty())
        return finish(m_wrong ? ExitFoundWrong : ExitDone);
    const ProviderConfig config = m_providers.takeFirst();
    m_app.engine().test(config, {}, m_invocation.environment, this, [this, config](const ProviderTest &result) {
        check(QStringLiteral("provider ") + config.name, !result.failure,
              result.failure         ? QStringLiteral("%1: %2").arg(failureName(result.failure->kind), result.failure->message)
              : result.connectedOnly ? tr("connected in %1 ms; nothing was sent, because every prompt to it may cost").arg(result.took.count())
                                     : tr("answered in %1 ms, %2 models").arg(result.took.count()).arg(result.models.size()));
        nextProvider();
    });
}

} // namespace

void sayCheck(CommandOutput &output, bool json, const QString &name, bool ok, const QString &detail)
{
    if (!json) {
        const QString mark = ok ? DoctorCommand::tr("ok   ") : DoctorCommand::tr("WRONG");
        output.out(QStringLiteral("%1  %2: %3\n").arg(mark, name, detail).toUtf8());
        return;
    }
    QByteArray bytes;
    JsonWriter writer(bytes);
    writer.beginObject().member("check", name).member("ok", ok).member("detail", detail).endObject();
    output.out(bytes + '\n');
}

constinit const CommandInfo doctorCommand = {
    "doctor", "", "Check profile, ledger, keychain, prices and providers",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<DoctorCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
