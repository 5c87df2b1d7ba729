// `prices list | set MODEL | import FILE | remove MODEL`: the price table, and the user's own prices above it.
#include "app/application.h"
#include "app/cli/commands.h"
#include "app/userprices.h"
#include "core/pricing/pricetable.h"
#include "core/settings/settings.h"

#include <QDateTime>
#include <QFileInfo>

namespace tollgate::app {

namespace {

class PricesCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void list(const QString &glob);
    void set(const QCommandLineParser &parser, const QString &model);
    void import(const QString &file);
    void remove(const QCommandLineParser &parser, const QString &model);
    QString provider(const QCommandLineParser &parser, const QString &model); // fails the command and is empty when there is none
    bool date(const QCommandLineParser &parser, QDate &day);                  // so does this
    bool rate(const QCommandLineParser &parser, const char *option, bool needed, std::optional<Rate> &value);
    bool save(const Result<QByteArray> &text);
    void printJson(const QList<Price> &prices);
    void printText(const QList<Price> &prices, const QDate &day);
};

std::optional<QString> perMillion(const std::optional<Rate> &value) { return value ? std::optional(value->toUsdPerMillion()) : std::nullopt; }

void PricesCommand::start()
{
    QCommandLineParser parser;
    for (const char *name : {"model", "provider", "input", "output", "cached-input", "cache-write", "reasoning", "since"})
        parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("VALUE")});
    if (!parse(parser, 2, 3))
        return;
    const QString verb = parser.positionalArguments().value(1);
    const QString word = parser.positionalArguments().value(2);
    if (verb == u"list")
        return word.isEmpty() ? list(parser.isSet(QStringLiteral("model")) ? parser.value(QStringLiteral("model")) : QStringLiteral("*"))
                              : failUsage(tr("prices list: use --model GLOB to choose"));
    if (verb != u"set" && verb != u"import" && verb != u"remove")
        return failUsage(tr("prices %1: use list, set MODEL, import FILE or remove MODEL").arg(verb));
    if (word.isEmpty())
        return failUsage(verb == u"import" ? tr("prices import: name a file") : tr("prices %1: name a model").arg(verb));
    if (parser.isSet(QStringLiteral("model")))
        return failUsage(tr("prices %1: --model belongs to prices list").arg(verb));
    verb == u"set" ? set(parser, word) : verb == u"import" ? import(word) : remove(parser, word);
}

void PricesCommand::list(const QString &glob)
{
    const std::shared_ptr<const PriceTable> table = m_app.prices();
    const QList<Price> prices = table->list(glob, QDateTime::currentMSecsSinceEpoch());
    json() ? printJson(prices) : printText(prices, table->date());
    finish(ExitDone);
}

// A configured provider stands for the list its prices come from, or for itself where nobody knows one.
QString PricesCommand::provider(const QCommandLineParser &parser, const QString &model)
{
    const QString given = parser.value(QStringLiteral("provider"));
    QStringList known;
    QStringList ofModel;
    for (const Price &price : m_app.prices()->list(QStringLiteral("*"), QDateTime::currentMSecsSinceEpoch())) {
        known.append(price.provider);
        if (price.model == model)
            ofModel.append(price.provider);
    }
    known.removeDuplicates();
    ofModel.removeDuplicates();
    if (given.isEmpty()) {
        if (ofModel.size() == 1)
            return ofModel.first();
        failUsage(ofModel.isEmpty() ? tr("No price list knows \"%1\": say whose it is with --provider").arg(model)
                                    : tr("Several providers have \"%1\": choose one with --provider: %2").arg(model, ofModel.join(QStringLiteral(", "))));
        return {};
    }
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    if (const ProviderConfig *config = settings->provider(given)) {
        const QString priced = priceProviderOf(*config);
        return priced.isEmpty() ? config->id : priced;
    }
    if (known.contains(given))
        return given;
    known.sort();
    failUsage(tr("There is no provider \"%1\". Name a configured one, or one of: %2").arg(given, known.join(QStringLiteral(", "))));
    return {};
}

bool PricesCommand::date(const QCommandLineParser &parser, QDate &day)
{
    const QString text = parser.value(QStringLiteral("since"));
    day = QDate::fromString(text, Qt::ISODate);
    if (text.isEmpty() || (day.isValid() && text.size() == 10))
        return true;
    failUsage(tr("--since %1: it must be a day like 2026-11-24").arg(text));
    return false;
}

bool PricesCommand::rate(const QCommandLineParser &parser, const char *option, bool needed, std::optional<Rate> &value)
{
    const QString name = QString::fromLatin1(option);
    const QString text = parser.value(name);
    value = text.isEmpty() ? std::nullopt : Rate::fromUsdPerMillion(text);
    if (value || (text.isEmpty() && !needed))
        return true;
    failUsage(text.isEmpty() ? tr("prices set: --%1 is missing, in USD per million tokens").arg(name)
                             : tr("--%1 %2: it must be USD per million tokens like 0.075, at most 6 decimals and 1000000").arg(name, text));
    return false;
}

void PricesCommand::set(const QCommandLineParser &parser, const QString &model)
{
    UserPrice price;
    price.model = model;
    std::optional<Rate> input;
    std::optional<Rate> output;
    if (!rate(parser, "input", true, input) || !rate(parser, "output", true, output) || !rate(parser, "cached-input", false, price.cachedInput)
        || !rate(parser, "cache-write", false, price.cacheWrite) || !rate(parser, "reasoning", false, price.reasoning) || !date(parser, price.since))
        return;
    price.input = *input;
    price.output = *output;
    price.provider = provider(parser, model);
    if (price.provider.isEmpty())
        return;
    const Result<QByteArray> file = readUserPrices(m_app.paths().userPrices);
    if (!save(file ? withUserPrice(*file, price) : file))
        return;
    if (json()) {
        object([&price](JsonWriter &writer) {
            writer.member("provider", price.provider).member("model", price.model);
            writer.member("since", price.since.isValid() ? std::optional(price.since.toString(Qt::ISODate)) : std::nullopt);
            writer.member("input_usd_per_million", price.input.toUsdPerMillion()).member("output_usd_per_million", price.output.toUsdPerMillion());
            writer.member("cached_input_usd_per_million", perMillion(price.cachedInput));
            writer.member("cache_write_usd_per_million", perMillion(price.cacheWrite));
            writer.member("reasoning_usd_per_million", perMillion(price.reasoning));
        });
    } else {
        note(tr("Saved your price of %1 (%2).").arg(price.model, price.provider));
    }
    finish(ExitDone);
}

void PricesCommand::import(const QString &file)
{
    const QString path = m_invocation.resolve(file);
    if (!QFileInfo::exists(path))
        return failUsage(tr("prices import: there is no file %1").arg(path));
    const Result<QByteArray> text = readUserPrices(path);
    if (!save(text))
        return;
    const Result<std::shared_ptr<const PriceTable>> own = PriceTable::fromJson(*text, true);
    const qsizetype rows = own ? (*own)->list(QStringLiteral("*"), QDateTime::currentMSecsSinceEpoch()).size() : 0;
    if (json())
        object([&](JsonWriter &writer) { writer.member("imported", qint64(rows)); });
    else
        note(tr("Imported the prices of %1 models; they replace the ones that were yours before.").arg(rows));
    finish(ExitDone);
}

void PricesCommand::remove(const QCommandLineParser &parser, const QString &model)
{
    QDate since;
    if (!date(parser, since))
        return;
    const QString whose = provider(parser, model);
    if (whose.isEmpty())
        return;
    const Result<QByteArray> file = readUserPrices(m_app.paths().userPrices);
    if (!file)
        return fail(file.error());
    int removed = 0;
    const Result<QByteArray> text = withoutUserPrice(*file, whose, model, since, removed);
    if (text && removed == 0)
        return failUsage(tr("You have set no price of %1 (%2)").arg(model, whose));
    if (!save(text))
        return;
    if (json())
        object([&](JsonWriter &writer) { writer.member("provider", whose).member("model", model).member("removed", removed); });
    else
        note(tr("Removed your price of %1 (%2).").arg(model, whose));
    finish(ExitDone);
}

bool PricesCommand::save(const Result<QByteArray> &text)
{
    Result<void> saved = text ? writeUserPrices(m_app.paths().userPrices, *text) : Result<void>(text.error());
    if (saved)
        saved = m_app.reloadPrices();
    if (!saved)
        fail(saved.error());
    return saved.ok();
}

void PricesCommand::printJson(const QList<Price> &prices)
{
    for (const Price &price : prices) {
        object([&price](JsonWriter &writer) {
            writer.member("provider", price.provider).member("model", price.model);
            writer.member("input_usd_per_million", price.rates.input.toUsdPerMillion());
            writer.member("output_usd_per_million", price.rates.output.toUsdPerMillion());
            writer.member("cached_input_usd_per_million", perMillion(price.rates.cachedInput));
            writer.member("cache_write_usd_per_million", perMillion(price.rates.cacheWrite));
            writer.member("reasoning_usd_per_million", perMillion(price.rates.reasoning));
            writer.member("tier_over_tokens", price.tierOver);
            writer.member("context_tokens", price.contextTokens).member("max_output_tokens", price.maxOutputTokens);
            writer.member("local", price.local).member("uncertain", price.uncertain).member("user", price.user);
            writer.member("version", price.version);
        });
    }
}

void PricesCommand::printText(const QList<Price> &prices, const QDate &day)
{
    QList<QStringList> rows;
    for (const Price &price : prices)
        rows.append({price.provider, price.model, price.rates.input.toUsdPerMillion(), perMillion(price.rates.cachedInput).value_or(QStringLiteral("–")),
                     price.rates.output.toUsdPerMillion(), price.contextTokens ? QString::number(*price.contextTokens) : QStringLiteral("–"),
                     price.user ? tr("yours") : price.uncertain ? tr("uncertain") : QString()});
    if (rows.isEmpty())
        return note(tr("No model matches."));
    line(textTable({tr("PROVIDER"), tr("MODEL"), tr("INPUT"), tr("CACHED"), tr("OUTPUT"), tr("CONTEXT"), tr("NOTE")}, rows,
                   {false, false, true, true, true, true, false}));
    note(tr("USD per million tokens, list of %1.").arg(day.toString(Qt::ISODate)));
}

} // namespace

constinit const CommandInfo pricesCommand = {
    "prices",
    "list [--model GLOB] | set MODEL --input USD --output USD [--provider P] [--cached-input USD] [--cache-write USD]\n"
    "         [--reasoning USD] [--since DATE] | import FILE | remove MODEL [--provider P] [--since DATE]",
    "The price table, in USD per million tokens, and your own prices above it",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<PricesCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
