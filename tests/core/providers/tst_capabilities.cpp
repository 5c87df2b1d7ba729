#include "core/providers/capabilities.h"

#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

ProviderConfig provider(ProviderType type, const QString &baseUrl = {})
{
    ProviderConfig config;
    config.id = config.name = QStringLiteral("p");
    config.type = type;
    config.baseUrl = baseUrl;
    return config;
}

} // namespace

class TstCapabilities : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsWhatAModelLacks_data();
    void knowsWhatAModelLacks();
    void learnsFromRefusals();
    void namesFieldsOfAllWires_data();
    void namesFieldsOfAllWires();
    void tellsUnsupportedFromOutOfRange();
    void leavesOutOnlyWhatIsSet();
};

void TstCapabilities::knowsWhatAModelLacks_data()
{
    QTest::addColumn<ProviderType>("type");
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("lacks"); // settings, in order
    const auto row = [](ProviderType type, const char *model, const char *lacks) {
        QTest::addRow("%s %s", qPrintable(providerTypeName(type)), model) << type << QString::fromLatin1(model) << QString::fromLatin1(lacks);
    };
    using enum ProviderType;
    row(OpenAi, "gpt-4o", "reasoning_effort");
    row(OpenAi, "gpt-5.4-mini", "");
    row(OpenAi, "gpt-5-mini", "temperature top_p");
    row(OpenAi, "o3", "temperature top_p stop");
    row(OpenAi, "o1", "temperature top_p");
    row(OpenAi, "gpt-3.5-turbo", "reasoning_effort json_schema images");
    row(OpenAiResponses, "gpt-5.4", "seed stop");
    row(Anthropic, "claude-sonnet-4-5", "seed json_object");
    row(Anthropic, "claude-opus-4-7", "temperature top_p seed json_object");
    row(Anthropic, "claude-opus-5-5", "temperature top_p seed json_object");
    row(Anthropic, "claude-3-haiku-20240307", "seed reasoning_effort json_object json_schema");
    row(Gemini, "gemini-3.6-flash", "");
    row(Gemini, "gemini-2.0-flash", "reasoning_effort");
    row(Ollama, "llama3.2", "");
    row(Serverless, "x", "temperature top_p max_tokens seed stop reasoning_effort json_object json_schema tools images");
    row(Simulator, "sim-fast", "");
}

void TstCapabilities::knowsWhatAModelLacks()
{
    QFETCH(ProviderType, type);
    QFETCH(QString, model);
    const Capabilities made = capabilitiesOf(provider(type), model, {});
    QStringList lacks;
    for (int i = 0; i < settingCount; ++i) {
        if (!made.accepts(Setting(i)))
            lacks << settingName(Setting(i));
    }
    QTEST(lacks.join(u' '), "lacks");
}

void TstCapabilities::learnsFromRefusals()
{
    const QString model = QStringLiteral("m");
    const QString temperature = QStringLiteral("temperature");
    const QList<RefusedSetting> refused{{QStringLiteral("p"), model, temperature},
                                        {QStringLiteral("q"), model, QStringLiteral("seed")},
                                        {QStringLiteral("p"), model, QStringLiteral("from a later version")}};
    const Capabilities made = capabilitiesOf(provider(ProviderType::OpenAiCompatible), model, refused);
    QVERIFY(made.whyNot(Setting::Temperature).contains(model));
    QVERIFY(made.accepts(Setting::Seed));
    QVERIFY(capabilitiesOf(provider(ProviderType::OpenAiCompatible), QStringLiteral("n"), refused).accepts(Setting::Temperature));
}

void TstCapabilities::namesFieldsOfAllWires_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<int>("setting");
    const auto row = [](const char *field, int setting) { QTest::addRow("%s", field) << QString::fromLatin1(field) << setting; };
    row("temperature", int(Setting::Temperature));
    row("generationConfig.topP", int(Setting::TopP));
    row("output_config.effort", int(Setting::ReasoningEffort));
    row("reasoning.summary", int(Setting::ReasoningEffort));
    row("stop[0]", int(Setting::Stop));
    row("random_seed", int(Setting::Seed));
    row("max_completion_tokens", int(Setting::MaxTokens));
    row("text.response_format", int(Setting::JsonSchema));
    row("messages[2].content", -1);
    row("", -1);
}

void TstCapabilities::namesFieldsOfAllWires()
{
    QFETCH(QString, field);
    QFETCH(int, setting);
    const auto found = settingFromField(field);
    QCOMPARE(found ? int(*found) : -1, setting);
}

void TstCapabilities::tellsUnsupportedFromOutOfRange()
{
    Failure failure;
    failure.kind = FailureKind::Rejected;
    failure.parameter = QStringLiteral("temperature");
    failure.message = QStringLiteral("temperature must be between 0 and 1");
    QVERIFY(!saysUnsupported(failure));
    failure.message = QStringLiteral("Unsupported parameter: 'temperature' is not supported with this model.");
    QVERIFY(saysUnsupported(failure));
    failure.message = QStringLiteral("`temperature` is deprecated for this model.");
    QVERIFY(saysUnsupported(failure));
    failure.parameter.clear();
    QVERIFY(!saysUnsupported(failure));
    failure.parameter = QStringLiteral("temperature");
    failure.kind = FailureKind::BadKey;
    QVERIFY(!saysUnsupported(failure));
}

void TstCapabilities::leavesOutOnlyWhatIsSet()
{
    Parameters parameters;
    parameters.seed = 7;
    QVERIFY(!leaveOut(parameters, Setting::Temperature));
    QVERIFY(leaveOut(parameters, Setting::Seed));
    QVERIFY(!parameters.seed);
    QVERIFY(!leaveOut(parameters, Setting::Seed));
    QVERIFY(mayBeLeftOut(Setting::ReasoningEffort));
    QVERIFY(!mayBeLeftOut(Setting::JsonSchema));
    QVERIFY(!mayBeLeftOut(Setting::MaxTokens));
}

TOLLGATE_TEST(TstCapabilities)
#include "tst_capabilities.moc"
