#include "ui/settings/certificateedit.h"

#include "core/async/courier.h"
#include "ui/settings/certificatecheck.h"
#include "ui/theme/format.h"
#include "ui/widgets/button.h"
#include "ui/widgets/safelabel.h"

#include <QFileDialog>
#include <QLineEdit>
#include <QLocale>
#include <QStyle>
#include <QThreadPool>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {
constexpr int fieldWidth = 300;
}

CertificateEdit::CertificateEdit(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_path(new QLineEdit(this)),
      m_found(new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    m_path->setFixedWidth(fieldWidth);
    m_path->setMaxLength(4096);
    m_path->setPlaceholderText(tr("None"));
    m_path->setAccessibleName(tr("Certificate file"));
    auto *choose = new Button(theme, tr("Choose"), ButtonKind::Default, QStringLiteral("folder-open"), this);
    choose->setAccessibleName(tr("Choose the certificate file"));
    row->addWidget(m_path);
    row->addWidget(choose);
    row->addStretch(1);
    column->addLayout(row);
    m_found->setWordWrap(true);
    m_found->hide();
    column->addWidget(m_found);
    setFocusProxy(m_path);
    m_rest.setSingleShot(true);
    m_rest.setInterval(theme.size("timing.filterDebounceMs"));
    connect(&m_rest, &QTimer::timeout, this, &CertificateEdit::check);
    connect(choose, &QPushButton::clicked, this, &CertificateEdit::choose);
    connect(m_path, &QLineEdit::textChanged, this, [this] {
        m_rest.start();
        if (!m_loading)
            Q_EMIT edited();
    });
}

void CertificateEdit::choose()
{
    const QString file = QFileDialog::getOpenFileName(this, tr("File with trusted authorities"), path(),
                                                      tr("Certificates (*.pem *.crt *.cer);;All files (*)"));
    if (!file.isEmpty())
        m_path->setText(file);
}

void CertificateEdit::setPath(const QString &path)
{
    m_loading = true;
    m_path->setText(path);
    m_path->setCursorPosition(0);
    m_loading = false;
    m_rest.stop();
    check();
}

QString CertificateEdit::path() const { return m_path->text().trimmed(); }

std::optional<QString> CertificateEdit::problem() const
{
    if (path().isEmpty())
        return std::nullopt;
    const QString found = checkCertificateFile(path()).problem;
    return found.isEmpty() ? std::nullopt : std::optional(found);
}

void CertificateEdit::check()
{
    const int generation = ++m_generation;
    if (path().isEmpty()) {
        show({});
        return;
    }
    // Away from this thread: the file may lie on a disk that sleeps.
    QThreadPool::globalInstance()->start([this, generation, file = path(), courier = Courier(this)] {
        const CertificateFile found = checkCertificateFile(file);
        courier.post([this, generation, found] {
            if (generation == m_generation)
                show(found);
        });
    });
}

void CertificateEdit::show(const CertificateFile &found)
{
    const bool bad = !found.problem.isEmpty();
    if (m_path->property("invalid").toBool() != bad) {
        m_path->setProperty("invalid", bad);
        m_path->style()->unpolish(m_path);
        m_path->style()->polish(m_path);
    }
    m_found->setVisible(bad || found.count > 0);
    if (bad) {
        m_found->setText(found.problem);
        m_found->setToken("danger.text");
        return;
    }
    const QString until = QLocale().toString(found.expires.date(), QStringLiteral("d MMM yyyy"));
    const bool over = found.expires.isValid() && found.expires < QDateTime::currentDateTime();
    m_found->setText(found.count == 1 ? tr("1 certificate: %1, valid until %2").arg(found.first, until)
                                      : tr("%1 certificates, the first one is %2").arg(formatWhole(found.count), found.first));
    if (over && found.count == 1)
        m_found->setText(tr("1 certificate: %1, which ended on %2").arg(found.first, until));
    m_found->setToken(over ? "warning.text" : "text.secondary");
}

} // namespace tollgate::ui
