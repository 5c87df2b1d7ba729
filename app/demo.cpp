#include "app/demo.h"

#include "core/settings/settings.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QSaveFile>
#include <QSettings>

namespace tollgate::app {

namespace {

// Invented, and of the size of real ones, so that costs look familiar.
constexpr char demoPrices[] = R"({
"schema":1,
"models":[
{"provider":"simulator","id":"sim-fast","in":0.4,"out":1.6,"cached_in":0.1,"ctx":128000,"max_out":16000},
{"provider":"simulator","id":"sim-large","in":2.5,"out":10,"cached_in":0.25,"ctx":200000,"max_out":32000},
{"provider":"simulator","id":"sim-reasoner","in":1.25,"out":5,"cached_in":0.125,"ctx":200000,"max_out":64000}
]}
)";

} // namespace

bool isDemoProfile(const ProfilePaths &paths)
{
    return paths.folder == ProfilePaths::at(ProfilePaths::demoFolder()).folder;
}

Result<void> prepareDemoProfile(const ProfilePaths &paths, Settings &settings)
{
    if (!QFile::exists(paths.userPrices)) {
        QSaveFile file(paths.userPrices);
        if (!file.open(QIODevice::WriteOnly) || file.write(demoPrices) < 0 || !file.flush() || !file.commit())
            return Error{ErrorKind::Storage, QCoreApplication::translate("Demo", "The demo profile cannot be written"),
                         file.errorString(), {}};
    }
    const std::shared_ptr<const SettingsData> data = settings.snapshot();
    for (const ProviderConfig &provider : data->providers) {
        if (provider.type == ProviderType::Simulator)
            return {};
    }
    return settings.update([](SettingsData &edit) {
        ProviderConfig simulator;
        simulator.id = QStringLiteral("simulator");
        simulator.name = QCoreApplication::translate("Demo", "Simulator");
        simulator.type = ProviderType::Simulator;
        simulator.needsKey = false;
        simulator.models = simulatorModels();
        simulator.defaultModel = simulator.models.value(0);
        simulator.addedWallMs = QDateTime::currentMSecsSinceEpoch();
        edit.providers.append(simulator);
        edit.firstRunDone = true;
    });
}

SimulatorOptions storedSimulatorOptions(const ProfilePaths &paths)
{
    SimulatorOptions options;
    const QSettings state(paths.consoleState, QSettings::IniFormat);
    const QString speed = state.value(QStringLiteral("simulator/speed")).toString();
    if (speed == u"instant") {
        options.ttftMs = 0;
        options.tokensPerSecond = 0;
    } else if (speed == u"slow") {
        options.ttftMs = 2000;
        options.tokensPerSecond = 25;
    } else {
        options.ttftMs = 400;
    }
    const QString failures = state.value(QStringLiteral("simulator/failures")).toString();
    options.errorRate = failures == u"limits" ? 0.05 : failures == u"mixed" ? 0.2 : 0.0;
    options.mixedErrors = failures == u"mixed";
    return options;
}

} // namespace tollgate::app
