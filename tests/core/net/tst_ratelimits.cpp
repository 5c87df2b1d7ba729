#include "core/net/httpdate.h"
#include "core/net/ratelimits.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

constexpr qint64 now = 1'795'500'000'000; // 2026-11-24T06:00:00Z
constexpr qint64 none = -1;

qint64 retryAfterMs(const Headers &headers)
{
    const std::optional<Milliseconds> delay = parseRetryAfter(headers, now);
    return delay ? qint64(delay->count()) : none;
}

} // namespace

class TstRateLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsRetryAfter_data()
    {
        QTest::addColumn<QByteArray>("seconds");
        QTest::addColumn<QByteArray>("milliseconds");
        QTest::addColumn<QByteArray>("date");
        QTest::addColumn<qint64>("expected");
        const QByteArray here = "Tue, 24 Nov 2026 06:00:00 GMT";
        QTest::newRow("1") << QByteArray("1") << QByteArray() << here << qint64(1'000);
        QTest::newRow("1.5") << QByteArray("1.5") << QByteArray() << here << qint64(1'500);
        QTest::newRow("spaces") << QByteArray(" 2 ") << QByteArray() << here << qint64(2'000);
        QTest::newRow("0") << QByteArray("0") << QByteArray() << here << none;
        QTest::newRow("-1") << QByteArray("-1") << QByteArray() << here << none;
        QTest::newRow("NaN") << QByteArray("NaN") << QByteArray() << here << none;
        QTest::newRow("inf") << QByteArray("inf") << QByteArray() << here << none;
        QTest::newRow("121") << QByteArray("121") << QByteArray() << here << qint64(121'000);
        QTest::newRow("1e12") << QByteArray("1e12") << QByteArray() << here << qint64(86'400'000);
        QTest::newRow("10^12") << QByteArray("1000000000000") << QByteArray() << here << qint64(86'400'000);
        QTest::newRow("too big for a double") << QByteArray("1e999") << QByteArray() << here << qint64(86'400'000);
        QTest::newRow("too small for a double") << QByteArray("1e-999") << QByteArray() << here << none;
        QTest::newRow("a fraction is rounded up") << QByteArray("0.0001") << QByteArray() << here << qint64(1);
        QTest::newRow("hex") << QByteArray("0x10") << QByteArray() << here << none;
        QTest::newRow("words") << QByteArray("soon") << QByteArray() << here << none;
        QTest::newRow("unit") << QByteArray("5s") << QByteArray() << here << none;
        QTest::newRow("none") << QByteArray() << QByteArray() << here << none;
        QTest::newRow("date ahead") << QByteArray("Tue, 24 Nov 2026 06:00:30 GMT") << QByteArray() << here << qint64(30'000);
        QTest::newRow("date past") << QByteArray("Tue, 24 Nov 2026 05:59:30 GMT") << QByteArray() << here << none;
        QTest::newRow("their clock is an hour ahead") << QByteArray("Tue, 24 Nov 2026 07:00:30 GMT") << QByteArray()
                                                      << QByteArray("Tue, 24 Nov 2026 07:00:00 GMT") << qint64(30'000);
        QTest::newRow("no Date header") << QByteArray("Tue, 24 Nov 2026 06:00:10 GMT") << QByteArray() << QByteArray()
                                        << qint64(10'000);
        QTest::newRow("date far ahead") << QByteArray("Wed, 24 Nov 2027 06:00:10 GMT") << QByteArray() << here
                                        << qint64(86'400'000);
        QTest::newRow("ms") << QByteArray() << QByteArray("250") << here << qint64(250);
        QTest::newRow("both: ms wins") << QByteArray("7") << QByteArray("1500") << here << qint64(1'500);
        QTest::newRow("bad ms, good seconds") << QByteArray("7") << QByteArray("NaN") << here << qint64(7'000);
        QTest::newRow("negative ms, good seconds") << QByteArray("7") << QByteArray("-5") << here << qint64(7'000);
    }
    void readsRetryAfter()
    {
        QFETCH(const QByteArray, seconds);
        QFETCH(const QByteArray, milliseconds);
        QFETCH(const QByteArray, date);
        QFETCH(const qint64, expected);
        Headers headers;
        if (!seconds.isNull())
            headers.add("Retry-After", seconds);
        if (!milliseconds.isNull())
            headers.add("retry-after-ms", milliseconds);
        if (!date.isNull())
            headers.add("Date", date);
        QCOMPARE(retryAfterMs(headers), expected);
    }
    void readsResets_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("expected");
        QTest::newRow("1s") << QByteArray("1s") << now + 1'000;
        QTest::newRow("6m0s") << QByteArray("6m0s") << now + 360'000;
        QTest::newRow("120ms") << QByteArray("120ms") << now + 120;
        QTest::newRow("7.66s") << QByteArray("7.66s") << now + 7'660;
        QTest::newRow("2m59.5s") << QByteArray("2m59.5s") << now + 179'500;
        QTest::newRow("1h2m3s") << QByteArray("1h2m3s") << now + 3'723'000;
        QTest::newRow("500us") << QByteArray("500us") << now + 1;
        QTest::newRow("bare seconds") << QByteArray("60") << now + 60'000;
        QTest::newRow("bare fraction") << QByteArray("0.5") << now + 500;
        QTest::newRow("zero") << QByteArray("0") << now;
        QTest::newRow("epoch seconds") << QByteArray("1795500060") << now + 60'000;
        QTest::newRow("epoch milliseconds") << QByteArray("1795500060000") << now + 60'000;
        QTest::newRow("RFC 3339") << QByteArray("2026-11-24T06:01:00Z") << now + 60'000;
        QTest::newRow("RFC 3339 with fraction") << QByteArray("2026-11-24T06:01:00.250Z") << now + 60'250;
        QTest::newRow("RFC 3339 with offset") << QByteArray("2026-11-24T07:01:00+01:00") << now + 60'000;
        QTest::newRow("RFC 3339 past") << QByteArray("2026-11-24T05:59:00Z") << now - 60'000;
        QTest::newRow("empty") << QByteArray() << none;
        QTest::newRow("negative") << QByteArray("-5") << none;
        QTest::newRow("negative duration") << QByteArray("-5s") << none;
        QTest::newRow("unit alone") << QByteArray("s") << none;
        QTest::newRow("unknown unit") << QByteArray("5w") << none;
        QTest::newRow("number after unit") << QByteArray("5s7") << none;
        QTest::newRow("NaN") << QByteArray("nan") << none;
        QTest::newRow("absurd number") << QByteArray("1e300") << none;
        QTest::newRow("absurd duration") << QByteArray("99999999999h") << none;
        QTest::newRow("no such day") << QByteArray("2026-02-30T00:00:00Z") << none;
        QTest::newRow("no such zone") << QByteArray("2026-11-24T06:01:00PST") << none;
    }
    void readsResets()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const qint64, expected);
        QCOMPARE(parseReset(text, now).value_or(none), expected);
    }
    void readsOpenAiHeaders()
    {
        const RateLimits limits = parseRateLimits({{"X-RateLimit-Limit-Requests", "500"},
                                                   {"x-ratelimit-remaining-requests", "499"},
                                                   {"x-ratelimit-reset-requests", "120ms"},
                                                   {"x-ratelimit-limit-tokens", "30000"},
                                                   {"x-ratelimit-remaining-tokens", "29000"},
                                                   {"x-ratelimit-reset-tokens", "6m0s"}},
                                                  now);
        QVERIFY(!limits.isEmpty());
        QCOMPARE(limits.requests.limit.value_or(none), 500);
        QCOMPARE(limits.requests.remaining.value_or(none), 499);
        QCOMPARE(limits.requests.resetWallMs.value_or(none), now + 120);
        QCOMPARE(limits.tokens.limit.value_or(none), 30'000);
        QCOMPARE(limits.tokens.remaining.value_or(none), 29'000);
        QCOMPARE(limits.tokens.resetWallMs.value_or(none), now + 360'000);
        QVERIFY(!limits.inputTokens.limit);
    }
    void takesTheStricterOfTwoTokenWindows()
    {
        for (const bool projectIsStricter : {true, false}) {
            const RateLimits limits =
                parseRateLimits({{"x-ratelimit-limit-tokens", "30000"},
                                 {"x-ratelimit-remaining-tokens", "20000"},
                                 {"x-ratelimit-limit-project-tokens", "9000"},
                                 {"x-ratelimit-remaining-project-tokens", projectIsStricter ? "100" : "25000"}},
                                now);
            QCOMPARE(limits.tokens.remaining.value_or(none), projectIsStricter ? 100 : 20'000);
        }
    }
    void readsAnthropicHeaders()
    {
        const RateLimits limits = parseRateLimits({{"anthropic-ratelimit-requests-limit", "50"},
                                                   {"anthropic-ratelimit-requests-remaining", "49"},
                                                   {"anthropic-ratelimit-requests-reset", "2026-11-24T06:00:10Z"},
                                                   {"anthropic-ratelimit-tokens-remaining", "7"},
                                                   {"anthropic-ratelimit-input-tokens-limit", "40000"},
                                                   {"anthropic-ratelimit-output-tokens-remaining", "8000"}},
                                                  now);
        QCOMPARE(limits.requests.limit.value_or(none), 50);
        QCOMPARE(limits.requests.resetWallMs.value_or(none), now + 10'000);
        QCOMPARE(limits.tokens.remaining.value_or(none), 7);
        QCOMPARE(limits.inputTokens.limit.value_or(none), 40'000);
        QCOMPARE(limits.outputTokens.remaining.value_or(none), 8'000);
    }
    void readsMistralAndOpenRouterHeaders()
    {
        const RateLimits mistral = parseRateLimits({{"x-ratelimit-limit-req-minute", "60"},
                                                    {"x-ratelimit-remaining-req-minute", "59"},
                                                    {"x-ratelimit-limit-tokens-minute", "500000"},
                                                    {"x-ratelimit-remaining-tokens-minute", "499000"}},
                                                   now);
        QCOMPARE(mistral.requests.limit.value_or(none), 60);
        QCOMPARE(mistral.tokens.remaining.value_or(none), 499'000);
        const RateLimits router = parseRateLimits(
            {{"X-RateLimit-Limit", "20"}, {"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1795500060000"}}, now);
        QCOMPARE(router.requests.remaining.value_or(none), 0);
        QCOMPARE(router.requests.resetWallMs.value_or(none), now + 60'000);
    }
    void ignoresWhatIsNotANumber_data()
    {
        QTest::addColumn<QByteArray>("value");
        for (const char *value : {"", "-1", "1.5", "many", "99999999999999999999", "1e3", "0x10", "12 "}) {
            const bool fine = QByteArrayView(value) == QByteArrayView("12 ");
            QTest::newRow(fine ? "padded is fine" : value) << QByteArray(value);
        }
    }
    void ignoresWhatIsNotANumber()
    {
        QFETCH(const QByteArray, value);
        const RateLimits limits = parseRateLimits({{"x-ratelimit-limit-requests", value}}, now);
        QCOMPARE(limits.isEmpty(), value != "12 ");
    }
    void isEmptyWithoutHeaders()
    {
        QVERIFY(parseRateLimits({}, now).isEmpty());
        QVERIFY(parseRateLimits({{"content-type", "text/plain"}}, now).isEmpty());
    }
    void readsTheThreeShapesOfHttpDates()
    {
        const qint64 expected = 784'111'777'000;
        QCOMPARE(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT").value_or(none), expected);
        QCOMPARE(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT").value_or(none), expected);
        QCOMPARE(parseHttpDate("Sun Nov  6 08:49:37 1994").value_or(none), expected);
        for (const char *bad : {"", "Sun, 06 Nov 1994 08:49:37 PST", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
                                "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"})
            QVERIFY2(!parseHttpDate(bad), bad);
    }
    void writesHttpDatesItCanRead()
    {
        QCOMPARE(formatHttpDate(now), QByteArray("Tue, 24 Nov 2026 06:00:00 GMT"));
        for (qint64 day = 0; day < 1500; day += 7) {
            const qint64 when = (now / 1000 + day * 86'399) * 1000;
            QCOMPARE(parseHttpDate(formatHttpDate(when)).value_or(none), when);
        }
    }
};

TOLLGATE_TEST(TstRateLimits)
#include "tst_ratelimits.moc"
