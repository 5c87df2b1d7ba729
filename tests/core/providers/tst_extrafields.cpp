#include "core/providers/extrafields.h"
#include "core/providers/provider.h"
#include "core/providers/wiretext.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

Result<QByteArray> merge(const QByteArray &own, const QByteArray &below, const QByteArray &above)
{
    ProviderConfig config;
    config.name = QStringLiteral("Mine");
    config.extraBody = below;
    Parameters parameters;
    parameters.extraBody = above;
    return withExtraFields(own, config, parameters, {"options"});
}

QJsonObject object(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

} // namespace

class TstExtraFields : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesTheBodyAloneWithoutAny()
    {
        const QByteArray own = R"({ "a" : 1.50 })";
        QCOMPARE(merge(own, {}, {}).value(), own);
        QCOMPARE(merge(own, " \n", "").value(), own);
    }

    void theRequestWinsOverTheProviderAndItsOwnFieldsOverAll()
    {
        const Result<QByteArray> merged = merge(R"({"a":1,"b":2})", R"({"a":10,"c":30,"d":40})", R"({"b":200,"d":400,"e":500})");
        QVERIFY(merged.ok());
        QCOMPARE(object(*merged), object(R"({"a":1,"b":200,"c":30,"d":400,"e":500})"));
        // Nothing is there twice.
        QCOMPARE(merged->count("\"b\""), 1);
        QCOMPARE(merged->count("\"d\""), 1);
    }

    void joinsNamedObjectsMemberByMember()
    {
        const Result<QByteArray> merged = merge(R"({"options":{"seed":1,"top_p":0.5},"deep":{"x":1}})", R"({"options":{"seed":9,"num_ctx":4096}})",
                                                R"({"options":{"top_p":0.9,"min_p":0.1},"deep":{"y":2}})");
        QVERIFY(merged.ok());
        QCOMPARE(object(*merged), object(R"({"options":{"seed":1,"num_ctx":4096,"top_p":0.9,"min_p":0.1},"deep":{"y":2}})"));
        QCOMPARE(merged->count("\"options\""), 1);
        QCOMPARE(object(*merge(R"({"a":1})", {}, R"({"options":{"num_ctx":8192}})")), object(R"({"a":1,"options":{"num_ctx":8192}})"));
    }

    void keepsBigNumbersAndNesting()
    {
        const Result<QByteArray> merged = merge(R"({"seed":9007199254740993,"m":[{"t":"a\u00e4\n"}]})", R"({"z":null})", {});
        QVERIFY(merged.ok());
        QVERIFY(merged->contains("9007199254740993"));
        QCOMPARE(object(*merged), object(R"({"seed":9007199254740993,"m":[{"t":"aä\n"}],"z":null})"));
    }

    void refusesWhatIsNoObject_data()
    {
        QTest::addColumn<QByteArray>("fields");
        for (const char *fields : {"[1]", "1", "{", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":2}}", "{\"options\":5}", "{\"options\":null}"})
            QTest::newRow(fields) << QByteArray(fields);
    }
    void refusesWhatIsNoObject()
    {
        QFETCH(QByteArray, fields);
        const Result<QByteArray> below = merge("{}", fields, {});
        QVERIFY(!below.ok());
        QCOMPARE(below.error().kind, ErrorKind::Usage);
        QVERIFY(below.error().text().contains(QStringLiteral("Mine")));
        QVERIFY(!merge("{}", {}, fields).ok());
    }

    void everyBodyOfTheOpenAiWireCarriesTheProvidersFields()
    {
        ProviderConfig config = configOfDialect(QStringLiteral("openai"));
        config.extraBody = R"({"temperature":0.1,"user":"u1","safety_identifier":"s"})";
        ChatRequest request;
        request.model = QStringLiteral("m");
        request.messages = {messageOf(Role::User, QStringLiteral("q"))};
        request.parameters.temperature = 1.5;
        request.parameters.extraBody = R"({"user":"u2"})";
        const Result<EncodedRequest> encoded = providerFor(config.type)->encode(config, request);
        QVERIFY(encoded.ok());
        const QJsonObject body = object(encoded->body);
        QCOMPARE(body[u"temperature"].toDouble(), 1.5);
        QCOMPARE(body[u"user"].toString(), QStringLiteral("u2"));
        QCOMPARE(body[u"safety_identifier"].toString(), QStringLiteral("s"));
        config.extraBody = "nonsense";
        QVERIFY(!providerFor(config.type)->encode(config, request).ok());
    }

    void theKeyGoesWhereTheProviderWantsIt()
    {
        ProviderConfig config;
        config.baseUrl = QStringLiteral("https://h.example");
        QCOMPARE(requestFor(config, "/a")->secretHeader, QByteArray("Authorization"));
        QCOMPARE(requestFor(config, "/a")->secretPrefix, QByteArray("Bearer "));
        QCOMPARE(requestFor(config, "/a", "x-api-key")->secretHeader, QByteArray("x-api-key"));
        QCOMPARE(requestFor(config, "/a", "x-api-key")->secretPrefix, QByteArray());
        config.keyHeader = QStringLiteral("authorization");
        QCOMPARE(requestFor(config, "/a", "x-api-key")->secretPrefix, QByteArray("Bearer "));
        config.keyHeader = QStringLiteral("X-Own-Key");
        QCOMPARE(requestFor(config, "/a", "x-api-key")->secretHeader, QByteArray("X-Own-Key"));
        config.extraHeaders = {{"x-own-key", "secret"}}; // a second way to the same header
        QVERIFY(!requestFor(config, "/a", "x-api-key").ok());
        config.extraHeaders.clear();
        for (const QString &bad : {QStringLiteral("a b"), QStringLiteral("a\r\nb"), QStringLiteral("Host"), QStringLiteral("content-type"), QStringLiteral("\u00e4")}) {
            config.keyHeader = bad;
            QVERIFY2(!requestFor(config, "/a").ok(), qPrintable(bad));
        }
    }
};

TOLLGATE_TEST(TstExtraFields)
#include "tst_extrafields.moc"
