// Whole screens in both themes and two sizes. With TOLLGATE_SCREENS=FOLDER the pictures are saved there, to be held beside the design's.
#include "tests/support/testmain.h"
#include "tests/support/ui/uiworld.h"
#include "ui/settings/settingspage.h"
#include "ui/shell/mainwindow.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;
using namespace tollgate::test;

namespace {

void fill(UiWorld &world)
{
    world.core.edit([](SettingsData &edited) {
        edited.providers.clear();
        const std::pair<const char *, const char *> known[] = {{"OpenAI", "1kZq"}, {"Mistral", ""}, {"Groq", "9fQA"}};
        for (const auto &[name, last] : known) {
            ProviderConfig config;
            config.name = QString::fromLatin1(name);
            config.id = config.name.toLower();
            config.type = config.id == QLatin1String("openai") ? ProviderType::OpenAi : ProviderType::OpenAiCompatible;
            config.baseUrl = config.id == QLatin1String("openai") ? QStringLiteral("https://api.openai.com/v1")
                                                                  : QStringLiteral("https://api.%1.test/v1").arg(config.id);
            config.setKey(config.keyName, QString::fromLatin1(last));
            config.defaultModel = QStringLiteral("gpt-5-mini");
            config.models = {QStringLiteral("gpt-5-mini"), QStringLiteral("gpt-5"), QStringLiteral("gpt-4.1"), QStringLiteral("unknown-model")};
            config.addedWallMs = 1'756'900'000'000;
            edited.providers.append(config);
        }
    });
}

} // namespace

class TstScreens : public QObject
{
    Q_OBJECT

    // Saves when asked to; always checks that the picture is not empty.
    static void take(QWidget &window, const QString &name)
    {
        QCoreApplication::processEvents();
        const QImage picture = window.grab().toImage();
        QVERIFY(!picture.isNull());
        const QByteArray folder = qgetenv("TOLLGATE_SCREENS");
        if (!folder.isEmpty())
            QVERIFY(picture.save(QString::fromLocal8Bit(folder) + u'/' + name + QStringLiteral(".png")));
    }

private Q_SLOTS:
    void fitsEverySectionInBothThemesAndSizes()
    {
        UiWorld world;
        fill(world);
        MainWindow window(world.services);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        for (const char *theme : {"light", "dark"}) {
            world.core.edit([theme](SettingsData &edited) { edited.theme = QString::fromLatin1(theme); });
            for (const QSize size : {QSize(1440, 900), QSize(1024, 640)}) {
                window.resize(size);
                const QString end = QStringLiteral("-%1-%2").arg(QLatin1String(theme)).arg(size.width());
                for (const char *section : {"providers", "network", "cache", "retries", "storage", "appearance"}) {
                    QVERIFY(window.openPage(QStringLiteral("settings"), QString::fromLatin1(section)));
                    QTest::qWait(20);
                    QCOMPARE(window.size(), size); // nothing forces the window wider
                    take(window, QString::fromLatin1(section) + end);
                }
                QVERIFY(window.openPage(QStringLiteral("playground")));
                QTest::qWait(20);
                QCOMPARE(window.size(), size);
                take(window, QStringLiteral("playground") + end);
            }
        }
    }

    void fitsTheFirstRun()
    {
        UiWorld world(false);
        world.services.keyVariables = {QStringLiteral("OPENAI_API_KEY"), QStringLiteral("MISTRAL_API_KEY")};
        MainWindow window(world.services);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        for (const char *theme : {"light", "dark"}) {
            world.core.edit([theme](SettingsData &edited) { edited.theme = QString::fromLatin1(theme); });
            for (const QSize size : {QSize(1440, 900), QSize(1024, 640)}) {
                window.resize(size);
                QTest::qWait(20);
                QCOMPARE(window.size(), size);
                take(window, QStringLiteral("firstrun-%1-%2").arg(QLatin1String(theme)).arg(size.width()));
            }
        }
    }

    void theDemoProfileIsMarked()
    {
        UiWorld world(true, true);
        MainWindow window(world.services);
        window.resize(1440, 900);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        take(window, QStringLiteral("demo"));
    }
};

TOLLGATE_TEST(TstScreens)
#include "tst_screens.moc"
