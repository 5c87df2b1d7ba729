#include "core/providers/catalog.h"
#include "core/providers/provider.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

class TstCatalog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPresetCanBeUsed()
    {
        QSet<QString> names;
        for (const ProviderPreset &preset : providerPresets()) {
            QVERIFY(providerFor(preset.type));
            QVERIFY(!names.contains(preset.name.toLower()));
            names.insert(preset.name.toLower());
            QCOMPARE(preset.needsKey, !preset.keyUrl.isEmpty());
            QCOMPARE(preset.needsKey, !preset.keyVariable.isEmpty());
            QVERIFY(preset.keyUrl.isEmpty() || preset.keyUrl.startsWith(u"https://"));
            if (preset.type == ProviderType::Simulator || preset.baseUrl.isEmpty())
                continue;
            ChatRequest request;
            request.model = QStringLiteral("m");
            request.messages = {messageOf(Role::User, QStringLiteral("q"))};
            const Result<EncodedRequest> encoded = providerFor(preset.type)->encode(configFromPreset(preset, {}), request);
            QVERIFY2(encoded.ok(), qPrintable(preset.name));
            QCOMPARE(encoded->endpoint.tls, preset.needsKey);
        }
        QCOMPARE(names.size(), 12);
    }

    void hostedModelsHavePrices()
    {
        QFile file(QStringLiteral(TOLLGATE_FIXTURES "/../../resources/prices/prices.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QSet<QString> priced;
        for (const QJsonValue &row : QJsonDocument::fromJson(file.readAll())[u"models"].toArray())
            priced.insert(row[u"provider"].toString() + u'/' + row[u"id"].toString());
        for (const ProviderPreset &preset : providerPresets()) {
            for (const QString &model : preset.needsKey ? preset.models : QStringList())
                QVERIFY2(priced.contains(preset.name.toLower() + u'/' + model), qPrintable(model));
        }
    }

    void configsOfOnePresetDiffer()
    {
        const ProviderPreset &preset = providerPresets().front();
        QList<ProviderConfig> taken;
        for (int i = 0; i < 3; ++i)
            taken.append(configFromPreset(preset, taken));
        QCOMPARE(taken[0].name, QStringLiteral("OpenAI"));
        QCOMPARE(taken[1].name, QStringLiteral("OpenAI 2"));
        QCOMPARE(taken[2].name, QStringLiteral("OpenAI 3"));
        QVERIFY(taken[0].id != taken[1].id && taken[1].id != taken[2].id);
        QCOMPARE(taken[0].defaultModel, preset.models.front());
        QVERIFY(taken[0].keyEnv.isEmpty()); // an environment variable is offered, never taken silently
    }

    void dialectFollowsTheHost_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<int>("dialect");
        const auto row = [](const char *url, Dialect dialect) { QTest::newRow(url) << QString::fromLatin1(url) << int(dialect); };
        row("https://api.openai.com/v1", Dialect::OpenAi);
        row("https://eu.api.openai.com/v1", Dialect::OpenAi);
        row("https://API.Mistral.AI/v1", Dialect::Mistral);
        row("https://api.groq.com/openai/v1", Dialect::Groq);
        row("https://api.deepseek.com", Dialect::DeepSeek);
        row("https://openrouter.ai/api/v1", Dialect::OpenRouter);
        row("https://notopenrouter.ai/api/v1", Dialect::Generic);
        row("https://api.groq.com.evil.example/v1", Dialect::Generic);
        row("http://127.0.0.1:8000/v1", Dialect::Generic);
        row("", Dialect::Generic);
        row("nonsense", Dialect::Generic);
    }
    void dialectFollowsTheHost()
    {
        QFETCH(QString, url);
        QFETCH(int, dialect);
        ProviderConfig config;
        config.baseUrl = url;
        QCOMPARE(int(dialectOf(config)), dialect);
        config.type = ProviderType::OpenAi;
        QCOMPARE(dialectOf(config), Dialect::OpenAi);
        config.type = ProviderType::Simulator;
        QCOMPARE(dialectOf(config), Dialect::OpenAi);
    }
};

TOLLGATE_TEST(TstCatalog)
#include "tst_catalog.moc"
