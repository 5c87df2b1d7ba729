#include "core/engine/modellister.h"

#include "core/engine/providerkey.h"
#include "core/engine/settlement.h"
#include "core/engine/words.h"
#include "core/net/httpclient.h"
#include "core/providers/wiretext.h"
#include "core/settings/settings.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tollgate {

namespace {

constexpr int maxPages = 50;
constexpr qsizetype maxErrorBody = 64 * 1024;
constexpr qint64 maxPageBytes = 16 * 1024 * 1024;
// Of all pages together. Listing is quick everywhere: somebody is looking at the button.
constexpr Milliseconds maxTotal{30'000};

} // namespace

ModelLister::ModelLister(Engine::World &world, ProviderConfig config)
    : m_world(world), m_config(effective(std::move(config), *world.settings.snapshot()))
{
}

void ModelLister::start(const SecretBytes &key, const QHash<QString, QByteArray> &environment,
                        std::function<void(ProviderTest)> done)
{
    m_done = std::move(done);
    m_started = m_world.clock.now();
    m_provider = providerFor(m_config.type);
    if (!m_provider)
        return fail(FailureKind::Usage, Phase::Route,
                    engineWords("Providers of type %1 are not available in this version.").arg(providerTypeName(m_config.type)));
    const auto withKey = [this](const VaultReply &reply) {
        if (auto problem = keyProblem(m_config, reply))
            return finish(std::move(problem));
        m_key = reply.key;
        ask();
    };
    m_world.redactor.add(key); // one that is only being tried is in no vault
    if (!key.isEmpty())
        return withKey({SecretStatus::Ok, key, {}, {}});
    m_world.vault.fetch(m_config, environment, [weak = weak_from_this(), withKey](VaultReply reply) {
        if (const auto self = weak.lock(); self && self->m_done)
            withKey(reply);
    });
}

void ModelLister::stop()
{
    if (m_done)
        fail(FailureKind::Cancelled, Phase::Route, engineWords("Stopped."));
}

void ModelLister::ask()
{
    const bool lists = m_provider->listsModels();
    Result<EncodedRequest> encoded = lists ? m_provider->encodeModelList(m_config, m_page) : requestFor(m_config, {});
    if (!encoded.ok())
        return fail(FailureKind::Usage, Phase::Route, encoded.error().text());
    HttpRequest request;
    request.connectOnly = m_result.connectedOnly = !lists;
    request.method = encoded->method;
    request.endpoint = encoded->endpoint;
    request.target = encoded->target;
    request.headers = encoded->headers;
    request.body = encoded->body;
    if (!m_key.isEmpty() && !encoded->secretHeader.isEmpty()) {
        request.secretHeader = encoded->secretHeader;
        request.secretPrefix = encoded->secretPrefix;
        request.secret = m_key;
    }
    const auto settings = m_world.settings.snapshot();
    request.deadlines.connect = Milliseconds(settings->connectTimeoutMs);
    request.deadlines.tls = Milliseconds(settings->tlsTimeoutMs);
    request.deadlines.firstByte = std::min(Milliseconds(settings->firstByteTimeoutMs), maxTotal);
    request.deadlines.idle = std::min(Milliseconds(settings->idleTimeoutMs), maxTotal);
    const auto left = maxTotal - std::chrono::duration_cast<Milliseconds>(m_world.clock.now() - m_started);
    request.deadlines.total = std::max(left, Milliseconds(1));
    request.caps.bodyBytes = maxPageBytes;
    m_status = 0;
    m_body.clear();
    m_exchange = m_world.http.start(std::move(request), *this);
}

void ModelLister::responseStarted(int status, const Headers &headers)
{
    m_status = status;
    m_headers = headers;
}

void ModelLister::bodyReceived(QByteArrayView bytes)
{
    if (m_status >= 200 && m_status < 300)
        m_body.append(bytes);
    else
        m_body.append(bytes.first(std::min(bytes.size(), maxErrorBody - m_body.size())));
}

void ModelLister::responseComplete(bool)
{
    const auto self = shared_from_this();
    m_exchange.reset();
    if (m_result.connectedOnly)
        return finish({});
    if (m_status >= 200 && m_status < 300)
        return pageArrived();
    Failure refused = m_provider->classifyError(m_config, m_status, m_headers, m_body, m_world.clock.wallMs());
    if (refused.httpStatus == 0)
        refused.httpStatus = m_status;
    finish(std::move(refused));
}

void ModelLister::exchangeFailed(const Failure &failure)
{
    const auto self = shared_from_this();
    const Failure copy = failure; // it may live in the exchange
    m_exchange.reset();
    finish(copy);
}

void ModelLister::pageArrived()
{
    Result<ModelPage> page = m_provider->decodeModelList(m_config, m_body);
    if (!page.ok())
        return fail(FailureKind::Protocol, Phase::Stream, page.error().text());
    for (ModelInfo &model : page->models) {
        // Ids end up in the settings file.
        if (!m_world.redactor.finds(QStringView(model.id)))
            m_result.models.append(std::move(model));
    }
    const bool more = !page->nextPage.isEmpty() && page->nextPage != m_page && ++m_pages < maxPages;
    if (!more)
        return finish({});
    m_page = page->nextPage;
    ask();
}

void ModelLister::fail(FailureKind kind, Phase phase, const QString &message)
{
    Failure failure;
    failure.kind = kind;
    failure.phase = phase;
    failure.message = message;
    finish(std::move(failure));
}

void ModelLister::finish(std::optional<Failure> failure)
{
    if (!m_done)
        return;
    m_exchange.reset();
    if (failure)
        failure = redacted(*std::move(failure), m_world.redactor);
    m_result.failure = std::move(failure);
    m_result.took = std::chrono::duration_cast<Milliseconds>(m_world.clock.now() - m_started);
    std::exchange(m_done, {})(std::move(m_result));
}

} // namespace tollgate
