#include "core/cache/cachekey.h"
#include "tests/support/testmain.h"

#include <QSet>
#include <QTest>

using namespace tollgate;

namespace {

CacheKey keyOf(QByteArrayView body, const QString &credential = QStringLiteral("openai/default/abcd"), const QByteArray &origin = "https://api",
               const QByteArray &target = "/v1/chat/completions", const QString &wire = QStringLiteral("openai"))
{
    return makeCacheKey(credential, origin, target, wire, body);
}

} // namespace

class TstCacheKey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void orderSpacesAndStreamingDoNotMatter()
    {
        const CacheKey key = keyOf(R"({"model":"m","temperature":0.5,"messages":[{"role":"user","content":"hi"}]})");
        QVERIFY(key.isValid());
        for (const char *same : {R"( { "messages" : [ {"content":"hi","role":"user"} ], "temperature":5e-1, "model":"m" } )",
                                 R"({"stream":true,"stream_options":{"include_usage":true},"model":"m","temperature":0.5,"messages":[{"role":"user","content":"h\u0069"}]})"}) {
            QCOMPARE(keyOf(same).hash, key.hash);
            QCOMPARE(keyOf(same).canonical, key.canonical);
        }
    }

    void everythingElseMatters()
    {
        QSet<QByteArray> hashes;
        const QList<QByteArray> bodies{
            R"({"model":"m","messages":[{"role":"user","content":"hi"}]})",
            R"({"model":"m2","messages":[{"role":"user","content":"hi"}]})",
            R"({"model":"m","messages":[{"role":"user","content":"hi "}]})",
            R"({"model":"m","messages":[{"role":"system","content":"hi"}]})",
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0})",
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":null})",
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"never_heard_of":1})",
            R"({"model":"m","messages":[{"role":"user","content":"hi","stream":true}]})",
            R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]})",
            R"({"model":"m","messages":[{"role":"user","content":"b"},{"role":"user","content":"a"}]})",
        };
        for (const QByteArray &body : bodies)
            hashes.insert(keyOf(body).hash);
        QCOMPARE(hashes.size(), bodies.size());
        const QByteArray body = bodies.constFirst();
        const auto base = keyOf(body).hash;
        QVERIFY(keyOf(body, QStringLiteral("openai/other/ffff")).hash != base);
        QVERIFY(keyOf(body, QStringLiteral("openai/default/abcd"), "https://api2").hash != base);
        QVERIFY(keyOf(body, QStringLiteral("openai/default/abcd"), "https://api", "/v1/responses").hash != base);
        QVERIFY(keyOf(body, QStringLiteral("openai/default/abcd"), "https://api", "/v1/chat/completions", QStringLiteral("azure")).hash != base);
    }

    void neighboursDoNotRunIntoEachOther()
    {
        QVERIFY(keyOf("{}", QStringLiteral("a\",\"b"), "c").hash != keyOf("{}", QStringLiteral("a"), "b\",\"c").hash);
        QVERIFY(keyOf("{}", QStringLiteral("ab"), "c").hash != keyOf("{}", QStringLiteral("a"), "bc").hash);
    }

    void whatIsNotOneObjectHasNoKey()
    {
        for (const char *body : {"", "[]", "\"x\"", "{", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":1}}", "{} {}"})
            QVERIFY2(!keyOf(body).isValid(), body);
    }
};

TOLLGATE_TEST(TstCacheKey)
#include "tst_cachekey.moc"
