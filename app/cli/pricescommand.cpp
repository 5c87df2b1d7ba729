// `prices list [--model GLOB]`.
#include "app/application.h"
#include "app/cli/commands.h"
#include "core/pricing/pricetable.h"

#include <QDateTime>

namespace tollgate::app {

namespace {

class PricesCommand final : public Command
{
public:
    using Command::Command;
    void start() override
    {
        QCommandLineParser parser;
        parser.addOption({QStringLiteral("model"), QString(), QStringLiteral("GLOB"), QStringLiteral("*")});
        if (!parse(parser, 2, 2))
            return;
        if (parser.positionalArguments().value(1) != u"list")
            return failUsage(tr("prices %1: use list").arg(parser.positionalArguments().value(1)));
        const std::shared_ptr<const PriceTable> table = m_app.prices();
        const QList<Price> prices = table->list(parser.value(QStringLiteral("model")), QDateTime::currentMSecsSinceEpoch());
        json() ? printJson(prices) : printText(prices, table->date());
        finish(ExitDone);
    }

private:
    static std::optional<QString> rate(const std::optional<Rate> &value) { return value ? std::optional(value->toUsdPerMillion()) : std::nullopt; }

    void printJson(const QList<Price> &prices)
    {
        for (const Price &price : prices) {
            object([&price](JsonWriter &writer) {
                writer.member("provider", price.provider).member("model", price.model);
                writer.member("input_usd_per_million", price.rates.input.toUsdPerMillion());
                writer.member("output_usd_per_million", price.rates.output.toUsdPerMillion());
                writer.member("cached_input_usd_per_million", rate(price.rates.cachedInput));
                writer.member("cache_write_usd_per_million", rate(price.rates.cacheWrite));
                writer.member("tier_over_tokens", price.tierOver);
                writer.member("context_tokens", price.contextTokens).member("max_output_tokens", price.maxOutputTokens);
                writer.member("local", price.local).member("uncertain", price.uncertain).member("user", price.user);
                writer.member("version", price.version);
            });
        }
    }

    void printText(const QList<Price> &prices, const QDate &date)
    {
        QList<QStringList> rows;
        for (const Price &price : prices)
            rows.append({price.provider, price.model, price.rates.input.toUsdPerMillion(), rate(price.rates.cachedInput).value_or(QStringLiteral("–")),
                         price.rates.output.toUsdPerMillion(), price.contextTokens ? QString::number(*price.contextTokens) : QStringLiteral("–"),
                         price.user ? tr("yours") : price.uncertain ? tr("uncertain") : QString()});
        if (rows.isEmpty())
            return note(tr("No model matches."));
        line(textTable({tr("PROVIDER"), tr("MODEL"), tr("INPUT"), tr("CACHED"), tr("OUTPUT"), tr("CONTEXT"), tr("NOTE")}, rows,
                       {false, false, true, true, true, true, false}));
        note(tr("USD per million tokens, list of %1.").arg(date.toString(Qt::ISODate)));
    }
};

} // namespace

constinit const CommandInfo pricesCommand = {
    "prices", "list [--model GLOB]", "The price table and its date",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<PricesCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
