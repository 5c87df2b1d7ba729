// Strict JSON at both network edges: a read-only view over a parsed document, and a writer that appends to bytes.
// Parsing is simdjson's: invalid UTF-8, lone surrogates, trailing junk and depth over 128 are errors. int64 is exact.
#pragma once

#include "core/base/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace tollgate {

// A value inside a JsonDocument, two words big; valid until the document parses again or dies. Absent values answer every
// question with "no", so that chains such as v["a"]["b"].string() need no checks.
class JsonValue
{
public:
    JsonValue() = default;

    bool exists() const { return m_document != nullptr; }
    bool isNull() const;
    bool isObject() const;
    bool isArray() const;
    bool isString() const;
    bool isNumber() const;
    bool isBool() const;

    JsonValue operator[](QByteArrayView key) const; // first member of that name
    JsonValue at(qsizetype index) const;            // linear; use forEach for whole arrays
    qsizetype size() const;                         // elements or members; 0 for everything else

    QString string(const QString &fallback = {}) const;
    QByteArrayView utf8() const; // the unescaped bytes; empty when not a string
    std::optional<qint64> integer() const; // exact integers only; 3.0 is not one
    std::optional<double> number() const;
    std::optional<bool> boolean() const;
    // The text of a decimal number as it was written is not kept; numbers are re-written shortest.
    QByteArray toJson() const;

    void forEach(const std::function<void(JsonValue)> &visit) const;                         // array
    void forEachMember(const std::function<void(QByteArrayView, JsonValue)> &visit) const;   // object

private:
    friend class JsonDocument;
    friend bool hasDuplicateKeys(JsonValue value);
    friend QByteArray canonicalJson(JsonValue value, std::initializer_list<QByteArrayView> without);
    JsonValue(const void *document, quint32 index) : m_document(document), m_index(index) {}
    const void *m_document = nullptr; // simdjson's document
    quint32 m_index = 0;              // its tape index
};

// A parser that is reused: buffers grow to the biggest document seen. One thread.
class JsonDocument
{
public:
    JsonDocument();
    ~JsonDocument();
    JsonDocument(JsonDocument &&) noexcept;
    JsonDocument &operator=(JsonDocument &&) noexcept;

    // The bytes may be dropped afterwards. Up to 64 MiB.
    Result<JsonValue> parse(QByteArrayView bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

// True when an object anywhere in the document has two members of one name.
bool hasDuplicateKeys(JsonValue value);

// The same value with members sorted by key and no white space; top-level members named in `without` are left out.
// Equal values give equal bytes: the basis of cache keys.
QByteArray canonicalJson(JsonValue value, std::initializer_list<QByteArrayView> without = {});

// Appends JSON text; commas and quotes are its business. Members must be written inside objects only (asserted).
class JsonWriter
{
public:
    explicit JsonWriter(QByteArray &out) : m_out(out) {}

    JsonWriter &beginObject();
    JsonWriter &endObject();
    JsonWriter &beginArray();
    JsonWriter &endArray();
    JsonWriter &key(QByteArrayView name);
    JsonWriter &value(QStringView text);
    JsonWriter &value(const QString &text) { return value(QStringView(text)); }
    JsonWriter &utf8(QByteArrayView text); // must be valid UTF-8
    JsonWriter &value(qint64 number);
    JsonWriter &value(int number) { return value(qint64(number)); }
    JsonWriter &value(double number); // shortest form that reads back the same; NaN and infinities become null
    JsonWriter &value(bool flag);
    JsonWriter &null();
    JsonWriter &raw(QByteArrayView json); // already JSON
    template <class T>
    JsonWriter &member(QByteArrayView name, const T &v)
    {
        key(name);
        return value(v);
    }
    template <class T>
    JsonWriter &member(QByteArrayView name, const std::optional<T> &v)
    {
        key(name);
        return v ? value(*v) : null();
    }

private:
    void separate();
    void begin(char bracket);
    void end(char bracket);
    void quoted(QByteArrayView text);
    QByteArray &m_out;
    bool m_needsComma = false;
    bool m_afterKey = false;
    int m_depth = 0;
    quint64 m_objects = 0; // one bit per open level, innermost lowest; levels beyond 64 are not asserted
};

} // namespace tollgate
