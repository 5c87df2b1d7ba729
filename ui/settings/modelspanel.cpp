#include "ui/settings/modelspanel.h"

#include "ui/settings/modelstable.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/safelabel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QTableView>
#include <QVBoxLayout>

namespace tollgate::ui {

ModelsPanel::ModelsPanel(Services &services, QWidget *parent)
    : QWidget(parent), m_services(services), m_remark(new SafeLabel(services.theme, {}, FontRole::Small, "text.tertiary", QFont::Normal, this)),
      m_refresh(new Button(services.theme, tr("Refresh list"), ButtonKind::Default, QStringLiteral("refresh"), this)),
      m_add(new Button(services.theme, tr("Add model"), ButtonKind::Default, QStringLiteral("new"), this)), m_default(new QComboBox(this)),
      m_table(new QTableView(this)), m_model(new ModelsTable(services, this))
{
    const Theme &theme = services.theme;
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    auto *head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(new SafeLabel(theme, tr("Models"), FontRole::Body, "text.primary", QFont::DemiBold, this));
    head->addSpacing(2);
    head->addWidget(m_remark, 1);
    m_refresh->setCompact(true);
    m_refresh->setToolTip(tr("Asks the provider, as Test connection does."));
    m_add->setCompact(true);
    head->addWidget(m_refresh);
    head->addWidget(m_add);
    column->addLayout(head);
    buildTable();
    column->addWidget(m_table);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setColumnMinimumWidth(0, 152);
    grid->setColumnStretch(1, 1);
    auto *label = new SafeLabel(theme, tr("Default model"), FontRole::Body, "text.secondary", QFont::Normal, this);
    label->setBuddy(m_default);
    m_default->setEditable(true);
    m_default->setInsertPolicy(QComboBox::NoInsert);
    m_default->setFixedWidth(300);
    m_default->setAccessibleName(tr("Default model"));
    m_default->lineEdit()->setPlaceholderText(tr("None"));
    grid->addWidget(label, 0, 0);
    grid->addWidget(m_default, 0, 1, Qt::AlignLeft);
    column->addLayout(grid);
    connect(m_refresh, &QPushButton::clicked, this, &ModelsPanel::refreshRequested);
    connect(m_add, &QPushButton::clicked, this, &ModelsPanel::addModel);
    connect(m_default, &QComboBox::editTextChanged, this, [this] {
        if (!m_loading)
            Q_EMIT edited();
    });
    connect(m_model, &ModelsTable::edited, this, &ModelsPanel::modelsChanged);
    connect(&theme, &Theme::changed, this, &ModelsPanel::fit);
}

void ModelsPanel::buildTable()
{
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Models and prices"));
    m_table->setProperty("framed", true);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setMouseTracking(true);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView *header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(24);
    header->setSectionResizeMode(QHeaderView::Fixed);
    header->setSectionResizeMode(ModelsTable::Model, QHeaderView::Stretch);
    for (const int column : {ModelsTable::Context, ModelsTable::Input, ModelsTable::CachedInput, ModelsTable::Output})
        header->resizeSection(column, 96);
    header->resizeSection(ModelsTable::Enabled, 36);
    header->resizeSection(ModelsTable::More, 40);
    m_table->installEventFilter(this);
    // Later: the view is still closing its editor.
    connect(m_table->itemDelegate(), &QAbstractItemDelegate::closeEditor, this, [this] {
        m_model->dropNameless();
        fit();
    }, Qt::QueuedConnection);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex &index) {
        if (index.column() == ModelsTable::More)
            showMenu(index.row(), m_table->viewport()->mapToGlobal(m_table->visualRect(index).bottomLeft()));
    });
    connect(m_table, &QTableView::customContextMenuRequested, this, [this](const QPoint &at) {
        const QModelIndex index = m_table->indexAt(at);
        if (index.isValid())
            showMenu(index.row(), m_table->viewport()->mapToGlobal(at));
    });
}

void ModelsPanel::load(const ProviderConfig &config)
{
    m_loading = true;
    m_config = config;
    m_model->show(config, config.models, config.hiddenModels);
    modelsChanged();
    m_default->setEditText(config.defaultModel);
    m_default->lineEdit()->setCursorPosition(0);
    m_loading = false;
}

void ModelsPanel::applyTo(ProviderConfig &config) const
{
    config.models = m_model->models();
    config.hiddenModels = m_model->hiddenModels();
    config.defaultModel = m_default->currentText().trimmed();
}

void ModelsPanel::setListed(const QStringList &models)
{
    QStringList all = models;
    for (const QString &known : m_model->models()) {
        if (m_model->isByHand(known) && !all.contains(known))
            all.append(known);
    }
    QStringList hidden = m_model->hiddenModels();
    hidden.removeIf([&all](const QString &model) { return !all.contains(model); });
    m_model->show(m_config, all, hidden);
    modelsChanged();
    if (m_default->currentText().trimmed().isEmpty() && !all.isEmpty())
        m_default->setEditText(all.first());
}

void ModelsPanel::showPricesOf(const ProviderConfig &config)
{
    m_config = config;
    m_model->show(config, m_model->models(), m_model->hiddenModels());
    fit();
}

void ModelsPanel::setBusy(bool busy) { m_refresh->setEnabled(!busy); }

void ModelsPanel::modelsChanged()
{
    const QString chosen = m_default->currentText();
    const bool loading = m_loading;
    m_loading = true;
    m_default->clear();
    for (const QString &model : m_model->models()) {
        if (!m_model->hiddenModels().contains(model))
            m_default->addItem(model);
    }
    m_default->setEditText(chosen);
    m_loading = loading;
    fit();
    if (!m_loading)
        Q_EMIT edited();
}

void ModelsPanel::fit()
{
    const int row = m_services.theme.rowHeight() + 4;
    const int rows = m_model->rowCount();
    m_remark->setText(rows == 0                             ? tr("unknown until the provider was asked")
                          : m_model->pricesDate().isEmpty() ? tr("prices per 1M tokens")
                                                            : tr("prices per 1M tokens, list of %1").arg(m_model->pricesDate()));
    m_table->verticalHeader()->setDefaultSectionSize(row);
    m_table->setVisible(rows > 0);
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() + qMin(rows, 12) * row + 3);
}

void ModelsPanel::addModel()
{
    const QModelIndex index = m_model->addByHand();
    fit();
    m_table->scrollTo(index);
    m_table->setCurrentIndex(index);
    m_table->setFocus();
    m_table->edit(index);
}

void ModelsPanel::showMenu(int row, const QPoint &at)
{
    const QString model = m_model->models().value(row);
    QMenu menu(this);
    menu.addAction(tr("Use as default"), this, [this, model] { m_default->setEditText(model); });
    menu.addAction(m_model->hiddenModels().contains(model) ? tr("Offer in pickers") : tr("Do not offer in pickers"), this,
                   [this, row] { m_model->toggle(row); });
    menu.addSeparator();
    menu.addAction(m_services.theme.icon(QStringLiteral("discard")), tr("Remove from the list"), this, [this, row] { m_model->remove(row); });
    menu.exec(at);
}

bool ModelsPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress || !m_table->currentIndex().isValid())
        return QWidget::eventFilter(watched, event);
    const int row = m_table->currentIndex().row();
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Space: m_model->toggle(row); return true;
    case Qt::Key_Delete: m_model->remove(row); return true;
    case Qt::Key_Menu:
        showMenu(row, m_table->viewport()->mapToGlobal(m_table->visualRect(m_table->currentIndex()).bottomLeft()));
        return true;
    default: return QWidget::eventFilter(watched, event);
    }
}

QList<QWidget *> ModelsPanel::fields() const { return {m_default, m_table, m_refresh, m_add}; }

} // namespace tollgate::ui
