#include "core/pricing/pricetable.h"
#include "tests/support/testfolder.h"
#include "tests/support/testmain.h"

#include <QDateTime>
#include <QFile>
#include <QTest>

using namespace tollgate;

namespace {

qint64 at(int year, int month, int day, int hour = 12, int minute = 0)
{
    return QDateTime(QDate(year, month, day), QTime(hour, minute), Qt::UTC).toMSecsSinceEpoch();
}

const qint64 today = at(2026, 11, 24);
const QString openai = QStringLiteral("openai");

QString input(const std::optional<Price> &price)
{
    return price ? price->rates.input.toUsdPerMillion() : QStringLiteral("none");
}

ProviderConfig config(ProviderType type, const char *url = "")
{
    ProviderConfig c;
    c.type = type;
    c.baseUrl = QString::fromLatin1(url);
    return c;
}

QByteArray table(const QByteArray &rows)
{
    return "{\"schema\":1,\"generated\":\"2026-11-24\",\"models\":[" + rows + "]}";
}

} // namespace

class TstPriceTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theBuiltInTableIsComplete()
    {
        const auto own = PriceTable::builtIn();
        QCOMPARE(own->date(), QDate(2026, 11, 23));
        QVERIFY(own->list(QStringLiteral("*"), today).size() >= 160);
        const auto again = PriceTable::load(QStringLiteral("/nonexistent/prices.json"));
        QVERIFY(again.ok());
        QCOMPARE((*again)->date(), own->date());
    }

    void pricesAreExact()
    {
        const auto own = PriceTable::builtIn();
        const auto price = own->find(openai, QStringLiteral("gpt-5.4-mini"), today);
        QVERIFY(price);
        QCOMPARE(price->rates.cachedInput->picoUsdPerToken, qint64(75'000)); // 0.075
        QCOMPARE(price->flex->cachedInput->picoUsdPerToken, qint64(37'500)); // 0.0375
        QCOMPARE(price->contextTokens, std::optional<qint64>(400'000));
        QCOMPARE(price->maxOutputTokens, std::optional<qint64>(128'000));
        QCOMPARE(price->version, QStringLiteral("2026-11-23"));
        QVERIFY(!price->user && !price->local);
    }

    void matchesInOrder_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("price");
        const auto row = [](const char *model, const char *price) {
            QTest::newRow(model) << QString::fromLatin1(model) << QString::fromLatin1(price);
        };
        row("base", "1");
        row("nick", "1");            // alias
        row("base-2026-01-02", "1"); // without the date
        row("base-20260102", "1");
        row("nick-20260102", "1");     // alias without the date
        row("base-2025-05-05", "2");   // exact before undated
        row("basement", "9");          // never a bare prefix: the wildcard
        row("base-mini", "9");
        row("base-2026-1-2", "9");     // not a date
        row("base-12345678", "9");     // a number, not a date
        row("BASE", "9");              // names are exact
    }
    void matchesInOrder()
    {
        const auto rows = PriceTable::fromJson(
            table("{\"provider\":\"p\",\"id\":\"*\",\"in\":9,\"out\":9},{\"provider\":\"p\",\"id\":\"base-2025-05-05\",\"in\":2,\"out\":2},"
                  "{\"provider\":\"p\",\"id\":\"base\",\"alias\":[\"nick\"],\"in\":1,\"out\":1}"),
            false);
        QVERIFY2(rows.ok(), rows.ok() ? "" : qPrintable(rows.error().text()));
        QFETCH(QString, model);
        QFETCH(QString, price);
        QCOMPARE(input((*rows)->find(QStringLiteral("p"), model, today)), price);
        QVERIFY(!(*rows)->find(QStringLiteral("q"), model, today));
        QVERIFY(!(*rows)->find(QStringLiteral("p"), QString(), today));
        QVERIFY(!(*rows)->find(QString(), model, today));
    }

    void datesDecideThePrice()
    {
        const auto own = PriceTable::builtIn();
        const QString sol = QStringLiteral("gpt-5.6-sol");
        QCOMPARE(input(own->find(openai, sol, at(2026, 8, 20, 23, 59))), QStringLiteral("5"));
        QCOMPARE(input(own->find(openai, sol, at(2026, 8, 21, 0, 0))), QStringLiteral("4"));
        QVERIFY(own->find(openai, sol, at(2026, 1, 1))->uncertain); // the tier's old price is not known
        QVERIFY(!own->find(openai, sol, today)->uncertain);
        const QString flash = QStringLiteral("gemini-3.6-flash");
        const auto before = own->find(QStringLiteral("gemini"), flash, at(2026, 12, 31, 23, 59));
        const auto after = own->find(QStringLiteral("gemini"), flash, at(2027, 1, 1, 0, 0));
        QVERIFY(before && after);
        QCOMPARE(after->rates.input.picoUsdPerToken, 2 * before->rates.input.picoUsdPerToken);
    }

    void severalHistoryEntriesEachHaveTheirTime()
    {
        const auto rows = PriceTable::fromJson(
            table("{\"provider\":\"p\",\"id\":\"m\",\"in\":3,\"out\":3,\"cached_in\":0.3,\"since\":\"2026-03-01\","
                  "\"history\":[{\"until\":\"2026-02-28\",\"in\":2,\"out\":2},{\"until\":\"2026-01-31\",\"in\":1,\"out\":1,\"cached_in\":0.1}],"
                  "\"next\":[{\"from\":\"2027-02-01\",\"in\":5,\"out\":5},{\"from\":\"2027-01-01\",\"in\":4,\"out\":4}]}"),
            false);
        QVERIFY(rows.ok());
        const auto priceAt = [&](qint64 moment) { return (*rows)->find(QStringLiteral("p"), QStringLiteral("m"), moment); };
        QCOMPARE(input(priceAt(at(2026, 1, 31))), QStringLiteral("1"));
        QCOMPARE(input(priceAt(at(2026, 2, 1))), QStringLiteral("2"));
        QCOMPARE(input(priceAt(at(2026, 3, 1))), QStringLiteral("3"));
        QCOMPARE(input(priceAt(at(2027, 1, 1))), QStringLiteral("4"));
        QCOMPARE(input(priceAt(at(2027, 6, 1))), QStringLiteral("5"));
        QCOMPARE(priceAt(at(2026, 1, 1))->rates.cachedInput, Rate::fromUsdPerMillion(u"0.1"));
    }

    void peakHoursFollowTheClockInUtcAndTheWeekdayInBeijing_data()
    {
        QTest::addColumn<qint64>("moment");
        QTest::addColumn<QString>("price");
        QTest::newRow("Tuesday, in the first window") << at(2026, 11, 24, 1, 0) << QStringLiteral("1.32");
        QTest::newRow("a minute before") << at(2026, 11, 24, 0, 59) << QStringLiteral("0.66");
        QTest::newRow("last minute") << at(2026, 11, 24, 3, 59) << QStringLiteral("1.32");
        QTest::newRow("end is excluded") << at(2026, 11, 24, 4, 0) << QStringLiteral("0.66");
        QTest::newRow("second window") << at(2026, 11, 24, 9, 59) << QStringLiteral("1.32");
        QTest::newRow("Saturday") << at(2026, 11, 28, 2, 0) << QStringLiteral("0.66");
        QTest::newRow("Sunday") << at(2026, 11, 29, 2, 0) << QStringLiteral("0.66");
        QTest::newRow("before it rose, peak hour") << at(2026, 8, 14, 2, 0) << QStringLiteral("0.435");
    }
    void peakHoursFollowTheClockInUtcAndTheWeekdayInBeijing()
    {
        QFETCH(qint64, moment);
        QFETCH(QString, price);
        const auto own = PriceTable::builtIn();
        QCOMPARE(input(own->find(QStringLiteral("deepseek"), QStringLiteral("deepseek-v4-pro"), moment)), price);
    }

    void blocksFallBackToTheBase()
    {
        const auto price = PriceTable::builtIn()->find(openai, QStringLiteral("gpt-5.5"), today);
        QVERIFY(price);
        QCOMPARE(price->tierOver, std::optional<qint64>(272'000));
        QCOMPARE(price->tier.input.toUsdPerMillion(), QStringLiteral("10"));
        QCOMPARE(price->tier.cachedInput->toUsdPerMillion(), QStringLiteral("1"));
        QVERIFY(!price->tier.cacheWrite); // neither has one
        QCOMPARE(price->regions.value(QStringLiteral("eu")).numerator * 10, price->regions.value(QStringLiteral("eu")).denominator * 11);
    }

    void disagreementIsUncertain()
    {
        const auto own = PriceTable::builtIn();
        QVERIFY(own->find(QStringLiteral("openrouter"), QStringLiteral("minimax/minimax-m2.5"), today)->uncertain);
    }

    void userRowsOverride()
    {
        const test::TestFolder folder;
        const QString file = folder.write(
            QStringLiteral("prices.json"),
            table("{\"provider\":\"openai\",\"id\":\"gpt-5.5\",\"in\":1.23,\"out\":4},"
                  "{\"provider\":\"openai\",\"id\":\"mine\",\"in\":0,\"out\":0,\"since\":\"2026-11-01\"},"
                  "{\"provider\":\"openai\",\"id\":\"mine\",\"in\":7,\"out\":7,\"since\":\"2026-12-01\"},"
                  "{\"provider\":\"openai\",\"id\":\"gpt-5.4\",\"in\":9,\"out\":9,\"since\":\"2027-01-01\"},"
                  "{\"provider\":\"openai\",\"id\":\"*\",\"in\":100,\"out\":100}"));
        const auto loaded = PriceTable::load(file);
        QVERIFY2(loaded.ok(), loaded.ok() ? "" : qPrintable(loaded.error().text()));
        const PriceTable &prices = **loaded;
        const auto price = prices.find(openai, QStringLiteral("gpt-5.5"), today);
        QCOMPARE(input(price), QStringLiteral("1.23"));
        QVERIFY(price->user);
        QCOMPARE(price->version, QStringLiteral("user 2026-11-24"));
        QCOMPARE(input(prices.find(openai, QStringLiteral("gpt-5.5-2026-04-23"), today)), QStringLiteral("1.23")); // our alias
        QCOMPARE(input(prices.find(openai, QStringLiteral("gpt-5.5-20990101"), today)), QStringLiteral("1.23"));
        QCOMPARE(input(prices.find(openai, QStringLiteral("mine"), today)), QStringLiteral("0"));
        QVERIFY(!prices.find(openai, QStringLiteral("mine"), today)->local); // zero is a price
        QCOMPARE(input(prices.find(openai, QStringLiteral("mine"), at(2026, 12, 5))), QStringLiteral("7"));
        QCOMPARE(input(prices.find(openai, QStringLiteral("mine"), at(2026, 10, 1))), QStringLiteral("100"));
        QCOMPARE(input(prices.find(openai, QStringLiteral("gpt-5.4"), today)), QStringLiteral("2.5")); // not yet
        QCOMPARE(input(prices.find(openai, QStringLiteral("gpt-5.4"), at(2027, 1, 1))), QStringLiteral("9"));
        QCOMPARE(input(prices.find(openai, QStringLiteral("gpt-5.1"), today)), input(PriceTable::builtIn()->find(openai, QStringLiteral("gpt-5.1"), today)));
        QCOMPARE(input(prices.find(openai, QStringLiteral("unheard-of"), today)), QStringLiteral("100"));
    }

    void brokenListsAreErrors_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("word");
        const auto row = [](const char *name, const QByteArray &json, const char *word) {
            QTest::newRow(name) << json << QString::fromLatin1(word);
        };
        row("not JSON", "{", "JSON");
        row("no schema", "{\"models\":[]}", "schema");
        row("no rows", "{\"schema\":1}", "models");
        row("no price", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1}"), "out");
        row("negative", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":-1,\"out\":1}"), "\"in\"");
        row("text", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":\"1\",\"out\":1}"), "\"in\"");
        row("too fine", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":0.0000001,\"out\":1}"), "\"in\"");
        row("absurd", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1e300,\"out\":1}"), "\"in\"");
        row("no name", table("{\"provider\":\"p\",\"in\":1,\"out\":1}"), "id");
        row("twice", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1,\"out\":1},{\"provider\":\"p\",\"id\":\"n\",\"alias\":[\"m\"],\"in\":1,\"out\":1}"), "twice");
        row("date", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1,\"out\":1,\"since\":\"soon\"}"), "since");
        row("tier without threshold", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1,\"out\":1,\"tier\":{\"in\":2}}"), "tier");
        row("peak", table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1,\"out\":1,\"peak\":{\"utc\":[\"4-1\"],\"days\":\"Mon-Fri Asia/Shanghai\"}}"), "peak");
    }
    void brokenListsAreErrors()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, word);
        const auto rows = PriceTable::fromJson(json, true);
        QVERIFY(!rows.ok());
        QCOMPARE(rows.error().kind, ErrorKind::Parse);
        QVERIFY2(rows.error().text().contains(word), qPrintable(rows.error().text()));
        const test::TestFolder folder;
        const auto loaded = PriceTable::load(folder.write(QStringLiteral("p.json"), json));
        QVERIFY(!loaded.ok());
        QVERIFY(loaded.error().text().contains(folder.path()));
    }

    void smallNumbersInScientificFormAreRead()
    {
        const auto rows = PriceTable::fromJson(table("{\"provider\":\"p\",\"id\":\"m\",\"in\":1e-6,\"out\":2.5e1}"), true);
        QVERIFY(rows.ok());
        const auto price = (*rows)->find(QStringLiteral("p"), QStringLiteral("m"), today);
        QCOMPARE(price->rates.input.picoUsdPerToken, qint64(1));
        QCOMPARE(price->rates.output.picoUsdPerToken, qint64(25'000'000));
    }

    void listsByGlob()
    {
        const auto own = PriceTable::builtIn();
        const auto names = [&](const char *glob) {
            QStringList result;
            for (const Price &price : own->list(QString::fromLatin1(glob), today))
                result.append(price.provider + u'/' + price.model);
            return result;
        };
        QCOMPARE(names("sim-*"), (QStringList{QStringLiteral("simulator/sim-fast"), QStringLiteral("simulator/sim-large"),
                                              QStringLiteral("simulator/sim-reasoner")}));
        QCOMPARE(names("SIM-?ast").size(), 1);
        QVERIFY(names("*gpt-oss*").size() >= 2); // "openai/gpt-oss-20b": over the slash
        QVERIFY(names("deepseek/*").contains(QStringLiteral("deepseek/deepseek-v4-pro")));
        QVERIFY(names("nothing").isEmpty());
        QVERIFY(names("").isEmpty());
    }

    void providersAreKnownByTypeAndHost_data()
    {
        QTest::addColumn<ProviderConfig>("provider");
        QTest::addColumn<QString>("name");
        const auto row = [](const char *title, const ProviderConfig &c, const char *name) { QTest::newRow(title) << c << QString::fromLatin1(name); };
        using enum ProviderType;
        row("openai", config(OpenAi), "openai");
        row("openai eu", config(OpenAi, "https://eu.api.openai.com/v1"), "openai");
        row("responses", config(OpenAiResponses), "openai");
        row("openai proxy", config(OpenAi, "https://proxy.test/v1"), "");
        row("look-alike", config(OpenAi, "https://evilapi.openai.com.test/v1"), "");
        row("prefix", config(OpenAi, "https://notapi.openai.com.evil.test"), "");
        row("mistral", config(OpenAiCompatible, "https://api.mistral.ai/v1"), "mistral");
        row("groq", config(OpenAiCompatible, "https://API.groq.com/openai/v1"), "groq");
        row("deepseek", config(OpenAiCompatible, "https://api.deepseek.com"), "deepseek");
        row("openrouter", config(OpenAiCompatible, "https://openrouter.ai/api/v1"), "openrouter");
        row("vllm", config(OpenAiCompatible, "http://127.0.0.1:8000/v1"), "vllm");
        row("llama.cpp", config(OpenAiCompatible, "http://localhost:8080/v1"), "llamacpp");
        row("ollama as openai", config(OpenAiCompatible, "http://[::1]:11434/v1"), "ollama");
        row("local proxy", config(OpenAiCompatible, "http://localhost:4000/v1"), "");
        row("same port elsewhere", config(OpenAiCompatible, "http://models.test:8000/v1"), "");
        row("anthropic", config(Anthropic), "anthropic");
        row("deepseek as anthropic", config(Anthropic, "https://api.deepseek.com/anthropic"), "deepseek");
        row("gemini", config(Gemini), "gemini");
        row("ollama", config(Ollama), "ollama");
        row("ollama in the house", config(Ollama, "http://192.168.1.5:11434"), "ollama");
        row("ollama cloud", config(Ollama, "https://ollama.com"), "");
        row("azure", config(Azure, "https://me.openai.azure.com"), "azure");
        row("serverless", config(Serverless, "https://endpoint.test"), "");
        row("simulator", config(Simulator), "simulator");
        row("nothing", config(OpenAiCompatible), "");
    }
    void providersAreKnownByTypeAndHost()
    {
        QFETCH(ProviderConfig, provider);
        QFETCH(QString, name);
        QCOMPARE(priceProviderOf(provider), name);
    }

    void regionalHostsMultiply()
    {
        const auto own = PriceTable::builtIn();
        const QString model = QStringLiteral("gpt-5.6");
        const Multiplier plain = own->find(config(ProviderType::OpenAi), model, today)->multiplier;
        const Multiplier eu = own->find(config(ProviderType::OpenAi, "https://eu.api.openai.com/v1"), model, today)->multiplier;
        const Multiplier us = own->find(config(ProviderType::OpenAi, "https://us.api.openai.com/v1"), model, today)->multiplier;
        QCOMPARE(plain, Multiplier());
        QCOMPARE(eu.numerator * 10, eu.denominator * 11);
        QCOMPARE(us, eu);
        QVERIFY(!own->find(config(ProviderType::OpenAiCompatible, "https://x.test"), model, today));
    }
};

TOLLGATE_TEST(TstPriceTable)
#include "tst_pricetable.moc"
