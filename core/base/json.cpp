#include "core/base/json.h"

#include <QCoreApplication>

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <vector>

namespace tollgate {

namespace dom = simdjson::dom;

namespace {

constexpr size_t maxBytes = 64u * 1024 * 1024;
constexpr size_t maxDepth = 128;

// A JsonValue is the two words that simdjson's element is made of; element itself offers no way to build one from them.
struct Position {
    const void *document;
    size_t index;
};
static_assert(sizeof(Position) == sizeof(dom::element) && std::is_trivially_copyable_v<dom::element>);

dom::element elementAt(const void *document, quint32 index)
{
    const Position position{document, index};
    dom::element element;
    std::memcpy(static_cast<void *>(&element), &position, sizeof element);
    return element;
}

Position positionOf(const dom::element &element)
{
    Position position;
    std::memcpy(&position, &element, sizeof position);
    return position;
}

// The value of a type that was asked for before; simdjson's own unchecked accessors make GCC 12 warn of uninitialized reads.
template <class T>
T as(const dom::element &element)
{
    T value{};
    const simdjson::error_code code = element.get(value);
    Q_ASSERT(code == simdjson::SUCCESS);
    return code == simdjson::SUCCESS ? value : T{};
}

std::string_view toStd(QByteArrayView bytes)
{
    return {bytes.data(), size_t(bytes.size())};
}

QByteArrayView fromStd(std::string_view bytes)
{
    return {bytes.data(), qsizetype(bytes.size())};
}

int hexValue(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = at[i];
        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

// True when \u escapes of parsed, hence well-formed, JSON hold half a surrogate pair: simdjson 3.0 lets some of them pass.
bool hasLoneSurrogate(QByteArrayView json)
{
    const char *at = json.begin();
    const char *const end = json.end();
    while ((at = static_cast<const char *>(std::memchr(at, '\\', size_t(end - at)))) != nullptr) {
        if (end - at < 6 || at[1] != 'u') {
            at += 2;
            continue;
        }
        const int unit = hexValue(at + 2);
        at += 6;
        if (unit >= 0xDC00 && unit <= 0xDFFF)
            return true;
        if (unit < 0xD800 || unit > 0xDBFF)
            continue;
        if (end - at < 6 || at[0] != '\\' || at[1] != 'u' || hexValue(at + 2) < 0xDC00 || hexValue(at + 2) > 0xDFFF)
            return true;
        at += 6;
    }
    return false;
}

QString tr(const char *text)
{
    return QCoreApplication::translate("Json", text);
}

QString reasonFor(simdjson::error_code code)
{
    switch (code) {
    case simdjson::EMPTY: return tr("It is empty.");
    case simdjson::CAPACITY: return tr("It is larger than 64 MiB.");
    case simdjson::MEMALLOC: return tr("There is not enough memory.");
    case simdjson::DEPTH_ERROR: return tr("It is nested more than 128 levels deep.");
    case simdjson::STRING_ERROR: return tr("A string in it is malformed.");
    case simdjson::UNESCAPED_CHARS: return tr("A string in it holds a raw control character.");
    case simdjson::UNCLOSED_STRING: return tr("A string in it is not closed.");
    case simdjson::UTF8_ERROR: return tr("It is not valid UTF-8.");
    case simdjson::NUMBER_ERROR: return tr("A number in it is malformed or out of range.");
    default: return tr("It does not follow the rules of JSON.");
    }
}

Error parseError(const QString &why)
{
    return {ErrorKind::Parse, tr("The text is not JSON"), why, {}};
}

void write(JsonWriter &out, const dom::element &element, bool sorted, std::initializer_list<QByteArrayView> without);

void writeMembers(JsonWriter &out, const dom::object &object, bool sorted, std::initializer_list<QByteArrayView> without)
{
    out.beginObject();
    if (!sorted) {
        for (const dom::key_value_pair member : object) {
            out.key(fromStd(member.key));
            write(out, member.value, false, {});
        }
        out.endObject();
        return;
    }
    std::vector<dom::key_value_pair> members(object.begin(), object.end());
    std::stable_sort(members.begin(), members.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
    for (const dom::key_value_pair &member : members) {
        if (std::find(without.begin(), without.end(), fromStd(member.key)) != without.end())
            continue;
        out.key(fromStd(member.key));
        write(out, member.value, true, {});
    }
    out.endObject();
}

void write(JsonWriter &out, const dom::element &element, bool sorted, std::initializer_list<QByteArrayView> without)
{
    switch (element.type()) {
    case dom::element_type::OBJECT: writeMembers(out, as<dom::object>(element), sorted, without); return;
    case dom::element_type::ARRAY:
        out.beginArray();
        for (const dom::element item : as<dom::array>(element))
            write(out, item, sorted, {});
        out.endArray();
        return;
    case dom::element_type::STRING: out.utf8(fromStd(as<std::string_view>(element))); return;
    case dom::element_type::INT64: out.value(qint64(as<int64_t>(element))); return;
    case dom::element_type::UINT64: out.raw(QByteArray::number(quint64(as<uint64_t>(element)))); return;
    case dom::element_type::DOUBLE: out.value(as<double>(element)); return;
    case dom::element_type::BOOL: out.value(as<bool>(element)); return;
    case dom::element_type::NULL_VALUE: out.null(); return;
    }
}

bool repeatsKey(const dom::element &element);

// Nearly all objects have few members: those are compared in place, without an allocation.
bool repeatsKey(const dom::object &object)
{
    std::array<std::string_view, 24> few;
    std::vector<std::string_view> many;
    size_t count = 0;
    for (const dom::key_value_pair member : object) {
        if (count < few.size()) {
            if (std::find(few.begin(), few.begin() + count, member.key) != few.begin() + count)
                return true;
            few[count] = member.key;
        } else {
            if (many.empty())
                many.assign(few.begin(), few.end());
            many.push_back(member.key);
        }
        ++count;
        const dom::element_type type = member.value.type();
        if ((type == dom::element_type::OBJECT || type == dom::element_type::ARRAY) && repeatsKey(member.value))
            return true;
    }
    std::sort(many.begin(), many.end());
    return std::adjacent_find(many.begin(), many.end()) != many.end();
}

bool repeatsKey(const dom::element &element)
{
    if (element.type() == dom::element_type::OBJECT)
        return repeatsKey(as<dom::object>(element));
    if (element.type() != dom::element_type::ARRAY)
        return false;
    for (const dom::element item : as<dom::array>(element)) {
        if (repeatsKey(item))
            return true;
    }
    return false;
}

} // namespace

struct JsonDocument::Impl {
    dom::parser parser{maxBytes + 1};
    std::vector<char> padded;
};

JsonDocument::JsonDocument() : m_impl(std::make_unique<Impl>()) {}
JsonDocument::~JsonDocument() = default;
JsonDocument::JsonDocument(JsonDocument &&) noexcept = default;
JsonDocument &JsonDocument::operator=(JsonDocument &&) noexcept = default;

Result<JsonValue> JsonDocument::parse(QByteArrayView bytes)
{
    if (!m_impl)
        m_impl = std::make_unique<Impl>(); // moved from
    const size_t size = size_t(bytes.size());
    if (size > maxBytes)
        return parseError(reasonFor(simdjson::CAPACITY));
    if (size == 0)
        return parseError(reasonFor(simdjson::EMPTY));
    if (m_impl->padded.size() < size + simdjson::SIMDJSON_PADDING)
        m_impl->padded.resize(size + size / 2 + simdjson::SIMDJSON_PADDING);
    std::memcpy(m_impl->padded.data(), bytes.data(), size);
    std::memset(m_impl->padded.data() + size, 0, simdjson::SIMDJSON_PADDING);
    if (m_impl->parser.capacity() < size) {
        // One level more than allowed, because simdjson refuses the depth that equals its limit.
        const simdjson::error_code code = m_impl->parser.allocate(std::max<size_t>(size, 4096), maxDepth + 1);
        if (code != simdjson::SUCCESS)
            return parseError(reasonFor(code));
    }
    dom::element root;
    const simdjson::error_code code = m_impl->parser.parse(m_impl->padded.data(), size, false).get(root);
    if (code != simdjson::SUCCESS)
        return parseError(reasonFor(code));
    if (hasLoneSurrogate(bytes))
        return parseError(tr("A string in it holds half a surrogate pair."));
    const Position position = positionOf(root);
    return JsonValue(position.document, quint32(position.index));
}

bool JsonValue::isNull() const
{
    return exists() && elementAt(m_document, m_index).type() == dom::element_type::NULL_VALUE;
}

bool JsonValue::isObject() const
{
    return exists() && elementAt(m_document, m_index).type() == dom::element_type::OBJECT;
}

bool JsonValue::isArray() const
{
    return exists() && elementAt(m_document, m_index).type() == dom::element_type::ARRAY;
}

bool JsonValue::isString() const
{
    return exists() && elementAt(m_document, m_index).type() == dom::element_type::STRING;
}

bool JsonValue::isNumber() const
{
    return exists() && elementAt(m_document, m_index).is_number();
}

bool JsonValue::isBool() const
{
    return exists() && elementAt(m_document, m_index).type() == dom::element_type::BOOL;
}

JsonValue JsonValue::operator[](QByteArrayView key) const
{
    dom::element found;
    if (!isObject() || elementAt(m_document, m_index).at_key(toStd(key)).get(found) != simdjson::SUCCESS)
        return {};
    const Position position = positionOf(found);
    return JsonValue(position.document, quint32(position.index));
}

JsonValue JsonValue::at(qsizetype index) const
{
    dom::element found;
    if (!isArray() || index < 0 || elementAt(m_document, m_index).at(size_t(index)).get(found) != simdjson::SUCCESS)
        return {};
    const Position position = positionOf(found);
    return JsonValue(position.document, quint32(position.index));
}

qsizetype JsonValue::size() const
{
    // Counted, not asked: simdjson's own count saturates at 2^24 - 1.
    qsizetype count = 0;
    if (isArray())
        forEach([&count](JsonValue) { ++count; });
    else if (isObject())
        forEachMember([&count](QByteArrayView, JsonValue) { ++count; });
    return count;
}

QString JsonValue::string(const QString &fallback) const
{
    return isString() ? QString::fromUtf8(utf8()) : fallback;
}

QByteArrayView JsonValue::utf8() const
{
    return isString() ? fromStd(as<std::string_view>(elementAt(m_document, m_index))) : QByteArrayView();
}

std::optional<qint64> JsonValue::integer() const
{
    int64_t value = 0;
    if (!exists() || elementAt(m_document, m_index).get_int64().get(value) != simdjson::SUCCESS)
        return std::nullopt;
    return value;
}

std::optional<double> JsonValue::number() const
{
    double value = 0;
    if (!exists() || elementAt(m_document, m_index).get_double().get(value) != simdjson::SUCCESS)
        return std::nullopt;
    return value;
}

std::optional<bool> JsonValue::boolean() const
{
    bool value = false;
    if (!exists() || elementAt(m_document, m_index).get_bool().get(value) != simdjson::SUCCESS)
        return std::nullopt;
    return value;
}

QByteArray JsonValue::toJson() const
{
    QByteArray text;
    if (exists()) {
        JsonWriter writer(text);
        write(writer, elementAt(m_document, m_index), false, {});
    }
    return text;
}

void JsonValue::forEach(const std::function<void(JsonValue)> &visit) const
{
    if (!isArray())
        return;
    for (const dom::element item : as<dom::array>(elementAt(m_document, m_index)))
        visit(JsonValue(m_document, quint32(positionOf(item).index)));
}

void JsonValue::forEachMember(const std::function<void(QByteArrayView, JsonValue)> &visit) const
{
    if (!isObject())
        return;
    for (const dom::key_value_pair member : as<dom::object>(elementAt(m_document, m_index)))
        visit(fromStd(member.key), JsonValue(m_document, quint32(positionOf(member.value).index)));
}

bool hasDuplicateKeys(JsonValue value)
{
    return value.exists() && repeatsKey(elementAt(value.m_document, value.m_index));
}

QByteArray canonicalJson(JsonValue value, std::initializer_list<QByteArrayView> without)
{
    QByteArray text;
    if (!value.exists())
        return text;
    JsonWriter writer(text);
    write(writer, elementAt(value.m_document, value.m_index), true, without);
    return text;
}

} // namespace tollgate
