#include "core/store/zip.h"

#include <zstd.h>

#include <memory>

namespace tollgate {

namespace {

constexpr char plain = 0;
constexpr char zstd = 1;
constexpr qsizetype worthIt = 1024;

struct FreeCompressor {
    void operator()(ZSTD_CCtx *context) const { ZSTD_freeCCtx(context); }
};

// A context costs more to make than a small blob to compress.
ZSTD_CCtx *compressor()
{
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
    return context.get();
}

QByteArray asItIs(QByteArrayView bytes)
{
    QByteArray out;
    out.reserve(bytes.size() + 1);
    out.append(plain);
    out.append(bytes);
    return out;
}

} // namespace

QByteArray pack(QByteArrayView bytes)
{
    if (bytes.size() <= worthIt || !compressor())
        return asItIs(bytes);
    QByteArray out(qsizetype(ZSTD_compressBound(size_t(bytes.size()))) + 1, Qt::Uninitialized);
    out[0] = zstd;
    const size_t size = ZSTD_compressCCtx(compressor(), out.data() + 1, size_t(out.size() - 1), bytes.data(), size_t(bytes.size()), 3);
    if (ZSTD_isError(size) || qsizetype(size) >= bytes.size())
        return asItIs(bytes);
    out.truncate(qsizetype(size) + 1);
    out.squeeze();
    return out;
}

std::optional<QByteArray> unpack(QByteArrayView packed, qint64 limit)
{
    if (packed.isEmpty())
        return std::nullopt;
    const QByteArrayView body = packed.sliced(1);
    if (packed.front() == plain)
        return body.size() <= limit ? std::optional(body.toByteArray()) : std::nullopt;
    if (packed.front() != zstd)
        return std::nullopt;
    const unsigned long long size = ZSTD_getFrameContentSize(body.data(), size_t(body.size()));
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > quint64(limit))
        return std::nullopt;
    QByteArray out(qsizetype(size), Qt::Uninitialized);
    const size_t got = ZSTD_decompress(out.data(), size_t(out.size()), body.data(), size_t(body.size()));
    if (ZSTD_isError(got) || got != size)
        return std::nullopt;
    return out;
}

} // namespace tollgate
