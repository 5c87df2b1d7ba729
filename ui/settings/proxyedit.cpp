#include "ui/settings/proxyedit.h"

#include <QComboBox>
#include <QLineEdit>
#include <QStyle>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

constexpr int fieldWidth = 300;
const QString httpPrefix = QStringLiteral("http://");
const QString socksPrefix = QStringLiteral("socks5://");

bool isHostAndPort(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    bool number = false;
    const int port = text.mid(colon + 1).toInt(&number);
    return colon > 0 && number && port >= 1 && port <= 65535 && !text.contains(u'/') && !text.contains(u'@') && !text.contains(u' ');
}

} // namespace

ProxyEdit::ProxyEdit(const Theme &theme, bool inherits, QWidget *parent)
    : QWidget(parent), m_kind(new QComboBox(this)), m_address(new QLineEdit(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    if (inherits)
        m_kind->addItem(tr("As in Network"), QString());
    m_kind->addItem(tr("None"), QStringLiteral("none"));
    m_kind->addItem(tr("The desktop’s"), QStringLiteral("system"));
    m_kind->addItem(tr("HTTP proxy"), httpPrefix);
    m_kind->addItem(tr("SOCKS5 proxy"), socksPrefix);
    m_kind->setFixedWidth(fieldWidth);
    m_kind->setAccessibleName(tr("Proxy"));
    m_address->setFixedWidth(fieldWidth);
    m_address->setMaxLength(300);
    m_address->setFont(theme.font(FontRole::Mono));
    m_address->setPlaceholderText(QStringLiteral("proxy.example:8080"));
    m_address->setAccessibleName(tr("Proxy address, host:port"));
    column->addWidget(m_kind);
    column->addWidget(m_address);
    setFocusProxy(m_kind);
    connect(&theme, &Theme::changed, m_address, [this, &theme] { m_address->setFont(theme.font(FontRole::Mono)); });
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        showKind();
        if (m_loading)
            return;
        if (isExplicit() && m_address->text().isEmpty())
            m_address->setFocus();
        Q_EMIT edited();
    });
    connect(m_address, &QLineEdit::textChanged, this, [this] {
        const bool invalid = !m_address->text().isEmpty() && problem().has_value();
        if (m_address->property("invalid").toBool() != invalid) {
            m_address->setProperty("invalid", invalid);
            m_address->style()->unpolish(m_address);
            m_address->style()->polish(m_address);
        }
        m_address->setToolTip(problem().value_or(QString()).toHtmlEscaped());
        if (!m_loading)
            Q_EMIT edited();
    });
    showKind();
}

bool ProxyEdit::isExplicit() const { return m_kind->currentData().toString().endsWith(QLatin1String("://")); }

void ProxyEdit::showKind()
{
    m_address->setVisible(isExplicit());
    updateGeometry();
}

void ProxyEdit::setValue(const QString &value)
{
    m_loading = true;
    const QString prefix = value.startsWith(httpPrefix) ? httpPrefix : value.startsWith(socksPrefix) ? socksPrefix : QString();
    m_kind->setCurrentIndex(qMax(0, m_kind->findData(prefix.isEmpty() ? value : prefix)));
    m_address->setText(prefix.isEmpty() ? QString() : value.mid(prefix.size()));
    m_address->setCursorPosition(0);
    m_loading = false;
}

QString ProxyEdit::value() const
{
    const QString kind = m_kind->currentData().toString();
    return isExplicit() ? kind + m_address->text().trimmed() : kind;
}

std::optional<QString> ProxyEdit::problem() const
{
    if (!isExplicit() || isHostAndPort(m_address->text().trimmed()))
        return std::nullopt;
    return tr("The proxy’s address is a host and a port, as proxy.example:8080.");
}

} // namespace tollgate::ui
