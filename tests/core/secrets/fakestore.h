// A secret store in memory whose answers the test releases by hand, in the order they were asked for.
#pragma once

#include "core/secrets/secretstore.h"

#include <QHash>

#include <deque>
#include <functional>
#include <optional>
#include <utility>

namespace tollgate::test {

class FakeStore final : public SecretStore
{
public:
    void read(const QString &entry, Callback done) override
    {
        ++reads;
        const auto found = secrets.constFind(entry);
        SecretReply reply = found == secrets.cend() ? SecretReply{SecretStatus::NotFound, {}, {}}
                                                    : SecretReply{SecretStatus::Ok, *found, {}};
        queue(std::move(done), failWith ? *failWith : reply);
    }
    void write(const QString &entry, const SecretBytes &secret, Callback done) override
    {
        ++writes;
        if (!failWith)
            secrets.insert(entry, secret);
        queue(std::move(done), failWith ? *failWith : SecretReply{SecretStatus::Ok, {}, {}});
    }
    void remove(const QString &entry, Callback done) override
    {
        if (!failWith)
            secrets.remove(entry);
        queue(std::move(done), failWith ? *failWith : SecretReply{SecretStatus::Ok, {}, {}});
    }
    void probe(std::function<void(KeychainState)> done) override { done(KeychainState::Available); }
    bool isPersistent() const override { return false; }

    void answerAll()
    {
        while (!m_waiting.empty()) {
            const std::function<void()> next = std::move(m_waiting.front());
            m_waiting.pop_front();
            next();
        }
    }

    QHash<QString, SecretBytes> secrets;
    std::optional<SecretReply> failWith;
    int reads = 0;
    int writes = 0;

private:
    void queue(Callback done, SecretReply reply)
    {
        m_waiting.push_back([done = std::move(done), reply = std::move(reply)] { done(reply); });
    }
    std::deque<std::function<void()>> m_waiting;
};

} // namespace tollgate::test
