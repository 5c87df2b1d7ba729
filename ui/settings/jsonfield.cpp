#include "ui/settings/jsonfield.h"

#include "core/base/json.h"
#include "ui/widgets/safelabel.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace tollgate::ui {

std::optional<QString> jsonObjectProblem(const QByteArray &text)
{
    const auto tr = [](const char *words) { return QCoreApplication::translate("JsonField", words); };
    if (text.isEmpty())
        return std::nullopt;
    QJsonParseError error; // knows the place; what it lets through the strict parser below refuses
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (error.error != QJsonParseError::NoError) {
        const QByteArrayView before = QByteArrayView(text).first(qBound(0, error.offset, int(text.size())));
        const qsizetype line = before.count('\n') + 1;
        const qsizetype column = before.size() - (before.lastIndexOf('\n') + 1) + 1;
        return tr("Line %1, column %2: %3.").arg(line).arg(column).arg(error.errorString());
    }
    if (!document.isObject())
        return tr("This must be one object, from { to }.");
    JsonDocument strict;
    const Result<JsonValue> value = strict.parse(text);
    if (!value)
        return value.error().text();
    if (hasDuplicateKeys(*value))
        return tr("A member is named twice.");
    return std::nullopt;
}

JsonField::JsonField(const Theme &theme, const QString &accessibleName, const QString &placeholder, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_text(new QPlainTextEdit(this)),
      m_state(new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_text->setProperty("framed", true);
    m_text->setPlaceholderText(placeholder);
    m_text->setAccessibleName(accessibleName);
    m_text->setTabChangesFocus(true);
    column->addWidget(m_text);
    m_state->setWordWrap(true);
    column->addWidget(m_state);
    setFocusProxy(m_text);
    m_rest.setSingleShot(true);
    m_rest.setInterval(theme.size("timing.filterDebounceMs"));
    connect(&m_rest, &QTimer::timeout, this, &JsonField::check);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        fit();
        m_rest.start();
        if (!m_loading)
            Q_EMIT edited();
    });
    connect(&theme, &Theme::changed, this, &JsonField::fit);
    fit();
    check();
}

void JsonField::setValue(const QByteArray &json)
{
    m_loading = true;
    m_text->setPlainText(QString::fromUtf8(json));
    m_loading = false;
    check();
}

QByteArray JsonField::value() const { return m_text->toPlainText().trimmed().toUtf8(); }

void JsonField::check()
{
    m_rest.stop();
    const std::optional<QString> wrong = problem();
    m_state->setText(wrong ? *wrong : value().isEmpty() ? QString() : tr("Valid JSON"));
    m_state->setToken(wrong ? "danger.text" : "text.tertiary");
    m_state->setVisible(!m_state->text().isEmpty());
    m_text->setAccessibleDescription(m_state->text());
}

void JsonField::fit()
{
    m_text->setFont(m_theme.font(FontRole::Mono));
    const int lines = qBound(3, m_text->blockCount(), 12);
    m_text->setFixedHeight(lines * QFontMetrics(m_text->font()).lineSpacing() + 18);
}

} // namespace tollgate::ui
