// SecretBytes owns a secret in memory of its own, wiped on destruction; it cannot be printed, streamed or put into a QVariant.
#pragma once

#include <QByteArrayView>
#include <QString>

#include <memory>

namespace tollgate {

class SecretBytes
{
public:
    SecretBytes() = default;
    // Copies the bytes; the caller wipes its own copy (see wipe()).
    explicit SecretBytes(QByteArrayView bytes);
    // Shares the same memory: one secret is in memory once, however many requests hold it.
    SecretBytes(const SecretBytes &) = default;
    SecretBytes &operator=(const SecretBytes &) = default;
    SecretBytes(SecretBytes &&) noexcept = default;
    SecretBytes &operator=(SecretBytes &&) noexcept = default;

    bool isEmpty() const { return view().isEmpty(); }
    // The raw bytes; valid while any copy lives. Never put them into a log, an error or a QVariant.
    QByteArrayView view() const;
    // Last 4 characters, or nothing for secrets shorter than 12: all that may ever be shown.
    QString lastFour() const;
    // True when every byte is 0x21-0x7E, so that it can be a header value (reliability.md finding 3).
    bool isHeaderSafe() const;
    // First 8 bytes of SHA-256(salt, secret) in hex: tells two keys apart without revealing either.
    QByteArray fingerprint(QByteArrayView salt) const;

private:
    struct Buffer;
    std::shared_ptr<const Buffer> m_buffer;
};

// Overwrites the bytes in place in a way the compiler may not remove, then clears.
void wipe(QByteArray &bytes);
void wipe(QString &text);

} // namespace tollgate
