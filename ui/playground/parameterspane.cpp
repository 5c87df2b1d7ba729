#include "ui/playground/parameterspane.h"

#include "ui/playground/effortfield.h"
#include "ui/playground/optionalnumber.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/badge.h"
#include "ui/widgets/button.h"
#include "ui/widgets/chipedit.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/segmentedcontrol.h"
#include "ui/widgets/toggle.h"

#include <QAction>
#include <QComboBox>
#include <QJsonDocument>
#include <QPlainTextEdit>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSlider>
#include <QStyle>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

constexpr int fieldWidth = 106;
constexpr int maxStops = 4;
constexpr int maxTags = 8;

QString escaped(const QString &text) // stop sequences are shown and typed as \n, \t
{
    QString out = text;
    return out.replace(u'\\', QStringLiteral("\\\\")).replace(u'\n', QStringLiteral("\\n")).replace(u'\t', QStringLiteral("\\t"));
}

QString unescaped(const QString &text)
{
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != u'\\' || i + 1 >= text.size()) {
            out += text[i];
            continue;
        }
        const QChar next = text[++i];
        out += next == u'n' ? QChar(u'\n') : next == u't' ? QChar(u'\t') : next;
        if (next != u'n' && next != u't' && next != u'\\')
            out.insert(out.size() - 1, u'\\');
    }
    return out;
}

// One unit is enough for "expires in": 40 s, 12 min, 23 h, 7 d.
QString roughly(qint64 ms)
{
    const qint64 seconds = (ms + 999) / 1000;
    if (seconds < 100)
        return ParametersPane::tr("%1 s").arg(seconds);
    if (seconds < 100 * 60)
        return ParametersPane::tr("%1 min").arg((seconds + 30) / 60);
    if (seconds < 72 * 3600)
        return ParametersPane::tr("%1 h").arg((seconds + 1800) / 3600);
    return ParametersPane::tr("%1 d").arg((seconds + 43'200) / 86'400);
}

QVBoxLayout *addSection(QVBoxLayout *column)
{
    auto *section = new QVBoxLayout;
    section->setContentsMargins(12, 12, 12, 12);
    section->setSpacing(8);
    column->addLayout(section);
    return section;
}

} // namespace

ParametersPane::ParametersPane(const Theme &theme, QWidget *parent) : QFrame(parent), m_theme(theme)
{
    setProperty("surface", QStringLiteral("panel"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *header = new HeaderBar(theme, HeaderKind::Pane, tr("Parameters"), this);
    auto *reset = new Button(theme, tr("Reset"), ButtonKind::Flat, {}, header);
    reset->setCompact(true);
    header->add(reset);
    m_collapse = new IconButton(theme, QStringLiteral("panel-right"), tr("Hide parameters"),
                                QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_B), header);
    header->add(m_collapse);
    layout->addWidget(header);
    auto *scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto *body = new QWidget;
    scroll->viewport()->setAutoFillBackground(false);
    auto *column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    scroll->setWidget(body);
    body->setAutoFillBackground(false);
    layout->addWidget(scroll);
    QVBoxLayout *sampling = addSection(column);
    buildSampling(sampling);
    buildFormat(sampling);
    column->addWidget(makeHairline(body));
    buildCache(addSection(column));
    column->addWidget(makeHairline(body));
    buildRequest(addSection(column));
    column->addStretch(1);
    connect(reset, &QAbstractButton::clicked, this, [this] {
        setOptions(RunOptions());
        userChanged();
    });
    followFormat();
    showCache();
}

void ParametersPane::setOverlay(bool on)
{
    setProperty("surface", on ? QStringLiteral("overlay") : QStringLiteral("panel"));
    layout()->setContentsMargins(on ? 1 : 0, 0, 0, 0);
    style()->unpolish(this);
    style()->polish(this);
}

QWidget *ParametersPane::row(const QString &label, QWidget *field)
{
    auto *line = new QWidget(this);
    auto *layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto *text = new SafeLabel(m_theme, label, FontRole::Small, "text.secondary", QFont::Normal, line);
    text->setBuddy(field);
    layout->addWidget(text, 1);
    if (!qobject_cast<Toggle *>(field))
        field->setFixedWidth(fieldWidth);
    layout->addWidget(field, 0, Qt::AlignRight);
    return line;
}

SafeLabel *ParametersPane::caption(const QString &text)
{
    return new SafeLabel(m_theme, text, FontRole::Small, "text.secondary", QFont::Normal, this);
}

void ParametersPane::buildSampling(QVBoxLayout *column)
{
    m_temperature = new OptionalNumber(0, 2, temperatureStep, 2, tr("Temperature"), this);
    column->addWidget(row(tr("Temperature"), m_temperature));
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setRange(0, 40);
    m_slider->setAccessibleName(tr("Temperature"));
    column->addWidget(m_slider);
    m_maxTokens = new OptionalNumber(1, 10'000'000, 256, 0, tr("Max tokens"), this);
    column->addWidget(row(tr("Max tokens"), m_maxTokens));
    m_topP = new OptionalNumber(0, 1, 0.05, 2, tr("Top-p"), this);
    column->addWidget(row(tr("Top-p"), m_topP));
    m_seed = new OptionalNumber(0, 2'147'483'647, 1, 0, tr("Seed"), this);
    m_seed->setPlaceholderText(tr("Random"));
    QAction *dice = m_seed->addAction(m_theme.icon(QStringLiteral("refresh")), QLineEdit::TrailingPosition);
    dice->setToolTip(tr("New random seed"));
    connect(&m_theme, &Theme::changed, dice, [this, dice] { dice->setIcon(m_theme.icon(QStringLiteral("refresh"))); });
    connect(dice, &QAction::triggered, this, [this] {
        m_seed->setValue(double(QRandomGenerator::global()->bounded(100'000)));
        userChanged();
    });
    column->addWidget(row(tr("Seed"), m_seed));
    column->addWidget(caption(tr("Stop sequences")));
    m_stops = new ChipEdit(m_theme, tr("Stop sequences"), this);
    m_stops->setMono(true);
    m_stops->setMaximum(maxStops);
    m_stops->setPlaceholderText(tr("Add"));
    column->addWidget(m_stops);
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        if (m_loading)
            return;
        m_temperature->setValue(value * temperatureStep);
        userChanged();
    });
    connect(m_temperature, &OptionalNumber::valueChanged, this, [this] {
        followSlider();
        userChanged();
    });
    for (OptionalNumber *field : {m_maxTokens, m_topP, m_seed})
        connect(field, &OptionalNumber::valueChanged, this, &ParametersPane::userChanged);
    connect(m_stops, &ChipEdit::changed, this, &ParametersPane::userChanged);
}

void ParametersPane::buildFormat(QVBoxLayout *column)
{
    m_format = new QComboBox(this);
    m_format->setAccessibleName(tr("Response format"));
    m_format->addItems({tr("Text"), tr("JSON"), tr("JSON schema")});
    column->addWidget(row(tr("Response format"), m_format));
    m_schema = new QPlainTextEdit(this);
    m_schema->setProperty("framed", true);
    m_schema->setAccessibleName(tr("JSON schema"));
    m_schema->setPlaceholderText(QStringLiteral("{\"type\": \"object\", ...}"));
    m_schema->setTabChangesFocus(true);
    m_schema->setFixedHeight(140);
    m_schema->setFont(m_theme.font(FontRole::Mono));
    connect(&m_theme, &Theme::changed, m_schema, [this] { m_schema->setFont(m_theme.font(FontRole::Mono)); });
    column->addWidget(m_schema);
    m_schemaProblem = new SafeLabel(m_theme, {}, FontRole::Caption, "danger.text", QFont::Normal, this);
    m_schemaProblem->setWordWrap(true);
    column->addWidget(m_schemaProblem);
    column->addWidget(caption(tr("Reasoning effort")));
    m_effort = new EffortField(m_theme, this);
    column->addWidget(m_effort);
    m_lacks = new SafeLabel(m_theme, {}, FontRole::Caption, "text.tertiary", QFont::Normal, this);
    m_lacks->setWordWrap(true);
    m_lacks->hide();
    column->addWidget(m_lacks);
    connect(m_format, &QComboBox::activated, this, [this] {
        followFormat();
        userChanged();
    });
    connect(m_schema, &QPlainTextEdit::textChanged, this, [this] {
        followFormat();
        userChanged();
    });
    connect(m_effort, &EffortField::chosen, this, &ParametersPane::userChanged);
}

void ParametersPane::buildCache(QVBoxLayout *column)
{
    auto *title = new QHBoxLayout;
    title->addWidget(new SafeLabel(m_theme, tr("Cache"), FontRole::Small, "text.primary", QFont::DemiBold, this));
    title->addStretch(1);
    m_stored = new Badge(m_theme, Tone::Neutral, tr("Not stored yet"), QStringLiteral("cache"), this);
    title->addWidget(m_stored);
    column->addLayout(title);
    column->addWidget(caption(tr("Policy")));
    m_policy = new SegmentedControl(m_theme, tr("Cache policy"), this);
    m_policy->setStretched(true);
    m_policy->setCompact(true);
    m_policy->addSegment(QStringLiteral("use"), tr("Use"), {}, tr("Answer from the cache when the same input was answered before"));
    m_policy->addSegment(QStringLiteral("refresh"), tr("Refresh"), {}, tr("Ask for a new answer and store it"));
    m_policy->addSegment(QStringLiteral("bypass"), tr("Bypass"), {}, tr("Neither read nor store"));
    m_policy->setCurrent(QStringLiteral("use"));
    column->addWidget(m_policy);
    m_keep = new QComboBox(this);
    m_keep->setAccessibleName(tr("Keep for"));
    column->addWidget(row(tr("Keep for"), m_keep));
    m_cacheNote = new SafeLabel(m_theme, {}, FontRole::Caption, "text.tertiary", QFont::Normal, this);
    m_cacheNote->setWordWrap(true);
    column->addWidget(m_cacheNote);
    connect(m_policy, &SegmentedControl::chosen, this, [this] {
        showCache();
        userChanged();
    });
    connect(m_keep, &QComboBox::activated, this, &ParametersPane::userChanged);
    setDefaults(3600, 600, 3);
}

void ParametersPane::buildRequest(QVBoxLayout *column)
{
    column->addWidget(new SafeLabel(m_theme, tr("Request"), FontRole::Small, "text.primary", QFont::DemiBold, this));
    m_stream = new Toggle(m_theme, tr("Stream response"), this);
    m_stream->setChecked(true);
    column->addWidget(row(tr("Stream response"), m_stream));
    m_timeout = new OptionalNumber(1, 86'400, 30, 0, tr("Timeout in seconds"), this);
    m_timeout->setSuffix(tr(" s"));
    column->addWidget(row(tr("Timeout"), m_timeout));
    m_attempts = new OptionalNumber(1, 10, 1, 0, tr("Max attempts"), this);
    column->addWidget(row(tr("Max attempts"), m_attempts));
    column->addWidget(caption(tr("Tags")));
    m_tags = new ChipEdit(m_theme, tr("Tags"), this);
    m_tags->setMaximum(maxTags);
    m_tags->setCommaAdds(true);
    m_tags->setPlaceholderText(tr("Add"));
    column->addWidget(m_tags);
    connect(m_stream, &QAbstractButton::clicked, this, &ParametersPane::userChanged);
    connect(m_timeout, &OptionalNumber::valueChanged, this, &ParametersPane::userChanged);
    connect(m_attempts, &OptionalNumber::valueChanged, this, &ParametersPane::userChanged);
    connect(m_tags, &ChipEdit::changed, this, &ParametersPane::userChanged);
    setDefaults(3600, 600, 3);
}

void ParametersPane::setDefaults(int keepSeconds, int timeoutSeconds, int attempts)
{
    m_defaultTimeout = timeoutSeconds;
    if (m_keep->count() == 0) {
        m_keep->addItem({}, QVariant());
        m_keep->addItem(tr("5 minutes"), 300);
        m_keep->addItem(tr("1 hour"), 3600);
        m_keep->addItem(tr("24 hours"), 86'400);
        m_keep->addItem(tr("7 days"), 604'800);
        m_keep->addItem(tr("30 days"), 2'592'000);
    }
    m_keep->setItemText(0, formatDurationMs(keepSeconds * 1000.0));
    m_keep->setItemData(0, tr("As set in Settings, Cache"), Qt::ToolTipRole);
    if (!m_timeout || !m_attempts)
        return;
    m_timeout->setPlaceholderText(tr("%1 s").arg(timeoutSeconds));
    m_attempts->setPlaceholderText(QString::number(attempts));
}

void ParametersPane::userChanged()
{
    if (!m_loading)
        Q_EMIT changed();
}

void ParametersPane::followSlider()
{
    const bool was = std::exchange(m_loading, true);
    m_slider->setValue(int(m_temperature->value().value_or(1) / temperatureStep + 0.5)); // models default to about 1
    m_loading = was;
}

void ParametersPane::followFormat()
{
    const bool schema = m_format->currentIndex() == int(ResponseFormat::JsonSchema);
    m_schema->setVisible(schema);
    QString problem;
    if (schema) {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(m_schema->toPlainText().toUtf8(), &error);
        if (m_schema->toPlainText().trimmed().isEmpty())
            problem = tr("Enter a JSON schema");
        else if (error.error != QJsonParseError::NoError)
            problem = tr("Not valid JSON, at character %1: %2").arg(error.offset).arg(error.errorString());
        else if (!document.isObject())
            problem = tr("A schema is a JSON object");
    }
    m_schemaProblem->setText(problem);
    m_schemaProblem->setVisible(!problem.isEmpty());
}

void ParametersPane::setStored(qint64 expiresMs, qint64 nowMs)
{
    m_expiresMs = expiresMs;
    m_nowMs = nowMs;
    showCache();
}

void ParametersPane::showCache()
{
    const QString policy = m_policy->current();
    if (policy == u"bypass") {
        m_stored->setContent(Tone::Neutral, tr("Off"), QStringLiteral("cache-bypass"));
        m_cacheNote->setText(tr("The cache is neither read nor written."));
    } else if (m_expiresMs > m_nowMs) {
        m_stored->setContent(Tone::Success, tr("Stored, expires in %1").arg(roughly(m_expiresMs - m_nowMs)),
                             QStringLiteral("cache-hit"));
        m_cacheNote->setText(policy == u"use" ? tr("The next run is answered from cache at no cost.")
                                              : tr("The next run asks again and replaces the stored answer."));
    } else {
        m_stored->setContent(Tone::Neutral, tr("Not stored yet"), QStringLiteral("cache"));
        m_cacheNote->setText(tr("Next run with the same input is answered from cache at no cost."));
    }
}

RunOptions ParametersPane::options() const
{
    RunOptions options;
    Parameters &p = options.parameters;
    p.temperature = m_temperature->value();
    p.maxTokens = m_maxTokens->integer();
    p.topP = m_topP->value();
    p.seed = m_seed->integer();
    for (const QString &stop : m_stops->values())
        p.stop.append(unescaped(stop));
    p.responseFormat = ResponseFormat(m_format->currentIndex());
    p.jsonSchema = m_schema->toPlainText().trimmed().toUtf8();
    if (p.responseFormat == ResponseFormat::JsonSchema)
        p.schemaName = QStringLiteral("answer");
    p.reasoningEffort = m_effort->current();
    options.cache = cachePolicyFromName(m_policy->current()).value_or(CachePolicy::Use);
    if (const QVariant keep = m_keep->currentData(); keep.isValid())
        options.keepSeconds = keep.toLongLong();
    options.stream = m_stream->isChecked();
    options.timeoutSeconds = m_timeout->integer();
    options.maxAttempts = m_attempts->integer();
    options.tags = m_tags->values();
    return options;
}

void ParametersPane::setOptions(const RunOptions &options)
{
    const bool was = std::exchange(m_loading, true);
    const Parameters &p = options.parameters;
    const auto asDouble = [](std::optional<qint64> value) { return value ? std::optional(double(*value)) : std::nullopt; };
    m_temperature->setValue(p.temperature);
    m_maxTokens->setValue(asDouble(p.maxTokens));
    m_topP->setValue(p.topP);
    m_seed->setValue(asDouble(p.seed));
    QStringList stops;
    for (const QString &stop : p.stop)
        stops.append(escaped(stop));
    m_stops->setValues(stops);
    m_format->setCurrentIndex(int(p.responseFormat));
    m_schema->setPlainText(QString::fromUtf8(p.jsonSchema));
    m_effort->setCurrent(p.reasoningEffort);
    m_policy->setCurrent(cachePolicyName(options.cache));
    m_keep->setCurrentIndex(options.keepSeconds ? qMax(m_keep->findData(int(*options.keepSeconds)), 0) : 0);
    m_stream->setChecked(options.stream);
    m_timeout->setValue(asDouble(options.timeoutSeconds));
    m_attempts->setValue(asDouble(options.maxAttempts));
    m_tags->setValues(options.tags);
    followSlider();
    followFormat();
    showCache();
    m_loading = was;
}

QString ParametersPane::problem() const
{
    for (const OptionalNumber *field : {m_temperature, m_maxTokens, m_topP, m_seed, m_timeout, m_attempts})
        if (!field->isValid() && field->isEnabled())
            return tr("%1: %2").arg(field->accessibleName(), field->toolTip());
    if (const QString problem = modelProblem(); !problem.isEmpty())
        return problem;
    return m_schemaProblem->text();
}

void ParametersPane::raiseTimeout()
{
    const double now = m_timeout->value().value_or(m_defaultTimeout);
    m_timeout->setValue(qMin(now * 2, 86'400.0));
    m_timeout->setFocus(Qt::OtherFocusReason);
    userChanged();
}

QWidget *ParametersPane::firstField() const
{
    return m_temperature;
}

} // namespace tollgate::ui
