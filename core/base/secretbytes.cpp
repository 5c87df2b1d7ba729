#include "core/base/secretbytes.h"

#include <QByteArray>
#include <QCryptographicHash>

#include <algorithm>
#include <cstring>
#include <vector>

namespace tollgate {

namespace {

// The empty asm makes the compiler believe that the zeros are read, so that it cannot drop the memset.
void wipeMemory(void *memory, size_t size)
{
    if (size == 0)
        return;
    std::memset(memory, 0, size);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}

} // namespace

struct SecretBytes::Buffer {
    explicit Buffer(QByteArrayView source) : bytes(source.begin(), source.end()) {}
    ~Buffer() { wipeMemory(bytes.data(), bytes.size()); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    std::vector<char> bytes;
};

SecretBytes::SecretBytes(QByteArrayView bytes)
{
    if (!bytes.isEmpty())
        m_buffer = std::make_shared<const Buffer>(bytes);
}

QByteArrayView SecretBytes::view() const
{
    return m_buffer ? QByteArrayView(m_buffer->bytes.data(), qsizetype(m_buffer->bytes.size())) : QByteArrayView();
}

QString SecretBytes::lastFour() const
{
    // Four characters, not bytes: a multi-byte tail must not be cut into replacement characters.
    if (view().size() < 12)
        return {};
    QString text = QString::fromUtf8(view());
    const QString tail = text.right(4);
    wipe(text);
    return tail;
}

bool SecretBytes::isHeaderSafe() const
{
    const QByteArrayView bytes = view();
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

QByteArray SecretBytes::fingerprint(QByteArrayView salt) const
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(salt);
    hash.addData(view());
    return hash.result().first(8).toHex();
}

void wipe(QByteArray &bytes)
{
    // Only memory that nobody else reads may be overwritten; data() of a shared array would copy the secret once more.
    if (bytes.isDetached())
        wipeMemory(bytes.data(), size_t(bytes.size()));
    bytes.clear();
}

void wipe(QString &text)
{
    if (text.isDetached())
        wipeMemory(text.data(), size_t(text.size()) * sizeof(QChar));
    text.clear();
}

} // namespace tollgate
