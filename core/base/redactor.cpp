#include "core/base/redactor.h"

#include "core/base/json.h"

#include <QVarLengthArray>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <vector>

namespace tollgate {

namespace {

constexpr QByteArrayView replacement = "[redacted]";
constexpr qsizetype shortestSecret = 8;
// Texts are looked at in steps: every form of 8 bytes or more has one of its first five 4-byte words on a step, wherever it stands.
constexpr qsizetype wordSize = 4;
constexpr qsizetype step = shortestSecret - wordSize + 1;
constexpr quint32 tableBits = 16;
constexpr qsizetype longBeginning = 16; // longer than what all keys of one provider begin with ("sk-ant-api03-")

quint32 wordAt(const char *text)
{
    quint32 word;
    std::memcpy(&word, text, sizeof word);
    return word;
}

// Multiplicative hashing: the upper bits are the mixed ones.
quint32 slotOf(quint32 word)
{
    return (word * 0x9E3779B1u) >> (32 - tableBits);
}

} // namespace

// The forms of all secrets and where to look for them. Never changed once it is shared.
class Redactor::Needles
{
public:
    Needles() = default;
    Needles(const Needles &other, const SecretBytes &secret);

    bool knows(QByteArrayView form) const;
    // The first form in `text` from `from` on: where, and how long. Texts and streams are cut before they come here, so a beginning
    // counts as well: of 8 bytes at the text's end, of longBeginning anywhere.
    struct Hit {
        qsizetype at = -1;
        qsizetype size = 0;
    };
    Hit find(QByteArrayView text, qsizetype from) const;
    qsizetype beginningAtEnd(QByteArrayView text) const;

private:
    void addForms(const SecretBytes &secret);
    void addForm(QByteArray form);
    Hit formAround(QByteArrayView text, qsizetype word, qsizetype from) const;

    std::vector<SecretBytes> m_forms; // longest first: a form that contains another must go whole, not leave its ends standing
    std::array<quint64, (1u << tableBits) / 64> m_words{};
};

Redactor::Needles::Needles(const Needles &other, const SecretBytes &secret) : m_forms(other.m_forms)
{
    addForms(secret);
    std::stable_sort(m_forms.begin(), m_forms.end(),
                     [](const SecretBytes &a, const SecretBytes &b) { return a.view().size() > b.view().size(); });
    for (const SecretBytes &form : m_forms) {
        for (qsizetype shift = 0; shift < step; ++shift) {
            const quint32 slot = slotOf(wordAt(form.view().data() + shift));
            m_words[slot / 64] |= quint64(1) << (slot % 64);
        }
    }
}

bool Redactor::Needles::knows(QByteArrayView form) const
{
    return std::any_of(m_forms.begin(), m_forms.end(), [form](const SecretBytes &known) { return known.view() == form; });
}

void Redactor::Needles::addForm(QByteArray form)
{
    if (form.size() >= shortestSecret && !knows(form))
        m_forms.push_back(SecretBytes(form));
    wipe(form);
}

void Redactor::Needles::addForms(const SecretBytes &secret)
{
    QByteArray plain = secret.view().toByteArray();
    addForm(plain.toHex());
    addForm(plain.toHex().toUpper());
    QByteArray percent = plain.toPercentEncoding();
    QByteArray lower = percent;
    for (qsizetype i = 0; i + 2 < lower.size(); ++i) {
        if (lower[i] == '%') {
            lower[i + 1] = char(std::tolower(lower[i + 1]));
            lower[i + 2] = char(std::tolower(lower[i + 2]));
        }
    }
    addForm(std::move(percent));
    addForm(std::move(lower));
    QByteArray json;
    JsonWriter(json).utf8(plain);
    addForm(json.sliced(1, json.size() - 2));
    addForm(json.sliced(1, json.size() - 2).replace('/', "\\/"));
    wipe(json);
    QByteArray wide;
    wide.reserve(plain.size() * 2);
    for (const char c : plain)
        wide.append(c).append('\0');
    addForm(std::move(wide));
    for (const auto alphabet : {QByteArray::Base64Encoding, QByteArray::Base64UrlEncoding}) {
        addForm(plain.toBase64(alphabet | QByteArray::OmitTrailingEquals));
        // Behind 0 to 2 other bytes: what is left of the encoding when the characters that it shares with its neighbours are taken off.
        for (qsizetype before = 0; before < 3; ++before) {
            QByteArray shifted = QByteArray(before, '\0') + plain;
            QByteArray encoded = shifted.toBase64(alphabet | QByteArray::OmitTrailingEquals);
            const qsizetype first = (before * 8 + 5) / 6;
            addForm(encoded.sliced(first, shifted.size() * 8 / 6 - first));
            wipe(shifted);
            wipe(encoded);
        }
    }
    addForm(std::move(plain));
}

// The longest form, or beginning of one that counts, with one of its first words at `word`.
Redactor::Needles::Hit Redactor::Needles::formAround(QByteArrayView text, qsizetype word, qsizetype from) const
{
    Hit best;
    for (const SecretBytes &form : m_forms) {
        const QByteArrayView bytes = form.view();
        for (qsizetype shift = 0; shift < step; ++shift) {
            const qsizetype at = word - shift;
            if (at < from)
                break;
            const qsizetype most = std::min(bytes.size(), text.size() - at);
            const qsizetype size = std::mismatch(bytes.begin(), bytes.begin() + most, text.begin() + at).first - bytes.begin();
            const bool counts = size == bytes.size() || (at + size == text.size() && size >= shortestSecret) || size >= longBeginning;
            if (counts && size > best.size)
                best = {at, size};
        }
    }
    return best;
}

Redactor::Needles::Hit Redactor::Needles::find(QByteArrayView text, qsizetype from) const
{
    if (m_forms.empty())
        return {};
    const char *const data = text.data();
    const qsizetype last = text.size() - wordSize;
    for (qsizetype word = from; word <= last; word += step) {
        const quint32 slot = slotOf(wordAt(data + word));
        if ((m_words[slot / 64] >> (slot % 64) & 1) == 0)
            continue;
        if (const Hit hit = formAround(text, word, from); hit.at >= 0)
            return hit;
    }
    return {};
}

qsizetype Redactor::Needles::beginningAtEnd(QByteArrayView text) const
{
    qsizetype longest = 0;
    for (const SecretBytes &form : m_forms) {
        const QByteArrayView bytes = form.view();
        for (qsizetype size = std::min(bytes.size() - 1, text.size()); size > longest; --size) {
            if (text.last(size) == bytes.first(size))
                longest = size;
        }
    }
    return longest;
}

Redactor::Redactor() : m_needles(std::make_shared<const Needles>()) {}

Redactor::~Redactor() = default;

std::shared_ptr<const Redactor::Needles> Redactor::needles() const
{
    const std::lock_guard lock(m_mutex);
    return m_needles;
}

void Redactor::add(const SecretBytes &secret)
{
    if (secret.view().size() < shortestSecret)
        return;
    const std::lock_guard lock(m_mutex);
    if (!m_needles->knows(secret.view()))
        m_needles = std::make_shared<const Needles>(*m_needles, secret);
}

bool Redactor::finds(QByteArrayView text) const
{
    return needles()->find(text, 0).at >= 0;
}

qsizetype Redactor::beginningAtEnd(QByteArrayView text) const
{
    return needles()->beginningAtEnd(text);
}

bool Redactor::finds(QStringView text) const
{
    // Narrowed without the cost of a conversion: what is not ASCII cannot be part of a key that was ever sent.
    QVarLengthArray<char, 1024> bytes(text.size());
    bool ascii = true;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t c = text[i].unicode();
        ascii = ascii && c < 0x80;
        bytes[i] = char(c);
    }
    if (!ascii)
        return finds(QByteArrayView(text.toUtf8()));
    return finds(QByteArrayView(bytes.constData(), bytes.size()));
}

QByteArray Redactor::redact(const QByteArray &text) const
{
    const std::shared_ptr<const Needles> known = needles();
    Needles::Hit hit = known->find(text, 0);
    if (hit.at < 0)
        return text;
    QByteArray result;
    result.reserve(text.size());
    qsizetype from = 0;
    for (; hit.at >= 0; hit = known->find(text, from)) {
        result.append(QByteArrayView(text).sliced(from, hit.at - from)).append(replacement);
        from = hit.at + hit.size;
    }
    return result.append(QByteArrayView(text).sliced(from));
}

QString Redactor::redact(const QString &text) const
{
    return finds(QStringView(text)) ? QString::fromUtf8(redact(text.toUtf8())) : text;
}

} // namespace tollgate
