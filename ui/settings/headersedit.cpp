#include "ui/settings/headersedit.h"

#include "ui/widgets/button.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QTableWidget>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {
constexpr int mostHeaders = 32; // as the settings allow
}

HeadersEdit::HeadersEdit(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme), m_table(new QTableWidget(0, 2, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    m_table->setHorizontalHeaderLabels({tr("Name"), tr("Value")});
    for (const int at : {0, 1})
        m_table->horizontalHeaderItem(at)->setTextAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    m_table->setAccessibleName(tr("Extra headers"));
    m_table->setProperty("framed", true);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::AllEditTriggers);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_table->setColumnWidth(0, 200);
    m_table->installEventFilter(this);
    column->addWidget(m_table);
    auto *add = new Button(theme, tr("Add header"), ButtonKind::Default, QStringLiteral("new"), this);
    add->setCompact(true);
    column->addWidget(add, 0, Qt::AlignLeft);
    setFocusProxy(add);
    connect(add, &QPushButton::clicked, this, [this] {
        if (m_table->rowCount() >= mostHeaders)
            return;
        addLine({}, {});
        fit();
        const int last = m_table->rowCount() - 1;
        m_table->setFocus();
        m_table->setCurrentCell(last, 0);
        m_table->editItem(m_table->item(last, 0));
    });
    connect(m_table, &QTableWidget::itemChanged, this, [this] {
        if (!m_loading)
            Q_EMIT edited();
    });
    connect(m_table, &QTableWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        if (m_table->rowAt(at.y()) < 0)
            return;
        QMenu menu(this);
        menu.addAction(tr("Remove header"), this, &HeadersEdit::removeLine);
        menu.exec(m_table->viewport()->mapToGlobal(at));
    });
    connect(&theme, &Theme::changed, this, &HeadersEdit::fit);
    fit();
}

void HeadersEdit::addLine(const QString &name, const QString &value)
{
    m_loading = true;
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    m_table->setItem(row, 0, new QTableWidgetItem(name));
    m_table->setItem(row, 1, new QTableWidgetItem(value));
    m_loading = false;
}

void HeadersEdit::removeLine()
{
    const int row = m_table->currentRow();
    if (row < 0)
        return;
    m_table->removeRow(row);
    fit();
    Q_EMIT edited();
}

void HeadersEdit::setHeaders(const QList<tollgate::Header> &headers)
{
    m_table->setRowCount(0);
    for (const tollgate::Header &header : headers)
        addLine(QString::fromUtf8(header.name), QString::fromUtf8(header.value));
    fit();
}

QList<tollgate::Header> HeadersEdit::headers() const
{
    QList<tollgate::Header> result;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString name = m_table->item(row, 0)->text().trimmed();
        const QString value = m_table->item(row, 1)->text().trimmed();
        if (!name.isEmpty() || !value.isEmpty())
            result.append({name.toUtf8(), value.toUtf8()});
    }
    return result;
}

void HeadersEdit::fit()
{
    const int row = m_theme.rowHeight() + 4;
    m_table->verticalHeader()->setDefaultSectionSize(row);
    for (int i = 0; i < m_table->rowCount(); ++i) {
        m_table->setRowHeight(i, row);
        for (const int at : {0, 1})
            m_table->item(i, at)->setFont(m_theme.font(FontRole::Mono));
    }
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() + m_table->rowCount() * row + 3);
    m_table->setVisible(m_table->rowCount() > 0);
}

bool HeadersEdit::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Delete) {
        removeLine();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace tollgate::ui
