// The widgets of the provider form.
#include "core/providers/provider.h"
#include "ui/settings/formsection.h"
#include "ui/settings/keyeditor.h"
#include "ui/settings/modelstable.h"
#include "ui/settings/providerform.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/toggle.h"

#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableView>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

constexpr int fieldWidth = 300;

QGridLayout *makeGrid()
{
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnMinimumWidth(0, 152);
    grid->setColumnStretch(1, 1);
    return grid;
}

} // namespace

ProviderForm::ProviderForm(Services &services, QWidget *parent) : QWidget(parent), m_services(services)
{
    build();
}

void ProviderForm::build()
{
    const Theme &theme = m_services.theme;
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_header = new HeaderBar(theme, HeaderKind::Pane, {}, this);
    m_header->row()->setContentsMargins(24, 0, 12, 0);
    m_added = new SafeLabel(theme, {}, FontRole::Small, "text.tertiary", QFont::Normal, this);
    m_header->addLeft(m_added);
    m_header->add(new SafeLabel(theme, tr("Enabled"), FontRole::Small, "text.secondary", QFont::Normal, this));
    m_enabled = new Toggle(theme, tr("Enabled"), this);
    m_enabled->setToolTip(tr("Applies at once. A provider that is off gets no requests."));
    connect(m_enabled, &QAbstractButton::toggled, this, &ProviderForm::setEnabledAtOnce);
    m_header->add(m_enabled);
    m_header->row()->addSpacing(8);
    auto *remove = new Button(theme, tr("Remove"), ButtonKind::Danger, QStringLiteral("discard"), this);
    remove->setObjectName(QStringLiteral("remove"));
    remove->setCompact(true);
    connect(remove, &QPushButton::clicked, this, &ProviderForm::removeProvider);
    m_header->add(remove);
    outer->addWidget(m_header);

    auto *area = new QScrollArea(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    area->setProperty("pane", tr("Provider"));
    QFrame *page = makeSurface("base");
    page->setMaximumWidth(theme.size("size.formMaxWidth") + 48);
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(24, 16, 24, 24);
    column->setSpacing(10);
    buildConnection(column);
    column->addSpacing(4);
    column->addWidget(makeHairline(page));
    buildLimits(column);
    column->addSpacing(4);
    column->addWidget(makeHairline(page));
    buildModels(column);
    column->addSpacing(4);
    column->addWidget(makeHairline(page));
    buildNetwork(column);
    column->addStretch(1);
    area->setWidget(page);
    outer->addWidget(area, 1);
    m_bar = new SaveBar(theme, this);
    connect(m_bar->saveButton(), &QPushButton::clicked, this, &ProviderForm::save);
    connect(m_bar->revertButton(), &QPushButton::clicked, this, &ProviderForm::revert);
    outer->addWidget(m_bar);
}

SafeLabel *ProviderForm::addRow(QGridLayout *grid, const QString &label, QWidget *control)
{
    const int row = grid->rowCount();
    auto *name = new SafeLabel(m_services.theme, label, FontRole::Body, "text.secondary", QFont::Normal, this);
    name->setBuddy(control);
    name->setFixedHeight(m_services.theme.controlHeight());
    name->setElideMode(Qt::ElideNone);
    if (control->accessibleName().isEmpty())
        control->setAccessibleName(label);
    grid->addWidget(name, row, 0, Qt::AlignTop | Qt::AlignLeft);
    grid->addWidget(control, row, 1, control->maximumWidth() < QWIDGETSIZE_MAX ? Qt::AlignLeft : Qt::Alignment());
    return name;
}

void ProviderForm::buildConnection(QVBoxLayout *column)
{
    const Theme &theme = m_services.theme;
    column->addWidget(new SafeLabel(theme, tr("Connection"), FontRole::Body, "text.primary", QFont::DemiBold, this));
    QGridLayout *grid = makeGrid();
    m_name = new QLineEdit(this);
    m_name->setFixedWidth(fieldWidth);
    m_name->setMaxLength(80);
    addRow(grid, tr("Name"), m_name);
    m_type = new QComboBox(this);
    m_type->setFixedWidth(fieldWidth);
    for (const ProviderType type : builtProviderTypes())
        m_type->addItem(providerTypeTitle(type), int(type));
    addRow(grid, tr("API type"), m_type);
    m_url = new QLineEdit(this);
    m_url->setFixedWidth(fieldWidth);
    m_url->setFont(theme.font(FontRole::Mono));
    addRow(grid, tr("Base URL"), m_url);
    m_key = new KeyEditor(m_services, this);
    m_keyLabel = addRow(grid, tr("API key"), m_key);
    auto *testRow = new QWidget(this);
    auto *row = new QHBoxLayout(testRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_test = new Button(theme, tr("Test connection"), ButtonKind::Default, QStringLiteral("test"), testRow);
    m_test->setShortcutHint(QKeySequence(QStringLiteral("Ctrl+T")));
    m_resultIcon = new IconLabel(theme, {}, 16, "success.text", testRow);
    m_resultIcon->hide();
    m_result = new SafeLabel(theme, {}, FontRole::Body, "success.text", QFont::Medium, testRow);
    m_resultMore = new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, testRow);
    row->addWidget(m_test);
    row->addSpacing(4);
    row->addWidget(m_resultIcon);
    row->addWidget(m_result);
    row->addWidget(m_resultMore, 1);
    addRow(grid, tr("Test"), testRow);
    column->addLayout(grid);
    m_error = new ErrorBlock(theme, this);
    m_error->hide();
    column->addWidget(m_error);

    connect(m_test, &QPushButton::clicked, this, &ProviderForm::test);
    connect(m_name, &QLineEdit::textEdited, this, &ProviderForm::noteEdit);
    connect(m_url, &QLineEdit::textEdited, this, &ProviderForm::noteEdit);
    connect(m_key, &KeyEditor::edited, this, &ProviderForm::noteEdit);
    connect(m_key, &KeyEditor::forgetRequested, this, &ProviderForm::forgetKey);
    connect(m_type, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_loading)
            typeChosen();
        noteEdit();
    });
    connect(m_error, &ErrorBlock::actionTriggered, this, [this](const QString &id) {
        if (id == QLatin1String("replaceKey") || id == QLatin1String("addKey")) {
            m_key->replaceKey();
        } else if (id == QLatin1String("openProvider")) {
            (m_error->accessibleName().contains(tr("certificate")) ? m_ca : m_url)->setFocus();
        } else if (id == QLatin1String("storeAgain") && m_waiting) {
            storeThenSave(*m_waiting);
        } else if (id == QLatin1String("useForSession") && m_waiting) {
            m_services.useKeyForSession(m_waiting->credentialName(), m_key->peekKey());
            ProviderConfig config = *m_waiting;
            config.forgetKey(config.keyName);
            writeSettings(config);
            m_key->keyKeptForSession();
        }
    });
}

void ProviderForm::buildLimits(QVBoxLayout *column)
{
    const Theme &theme = m_services.theme;
    auto *head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(new SafeLabel(theme, tr("Limits"), FontRole::Body, "text.primary", QFont::DemiBold, this));
    head->addWidget(new SafeLabel(theme, tr("requests above a limit wait in the queue instead of failing"), FontRole::Small, "text.tertiary",
                                  QFont::Normal, this), 1);
    column->addLayout(head);
    QGridLayout *grid = makeGrid();
    m_parallel = new QSpinBox(this);
    m_parallel->setRange(1, 256);
    m_parallel->setFixedWidth(120);
    addRow(grid, tr("Parallel requests"), m_parallel);
    column->addLayout(grid);
    connect(m_parallel, &QSpinBox::valueChanged, this, &ProviderForm::noteEdit);
}

void ProviderForm::buildModels(QVBoxLayout *column)
{
    const Theme &theme = m_services.theme;
    auto *head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(new SafeLabel(theme, tr("Models"), FontRole::Body, "text.primary", QFont::DemiBold, this));
    m_modelsRemark = new SafeLabel(theme, {}, FontRole::Small, "text.tertiary", QFont::Normal, this);
    head->addWidget(m_modelsRemark, 1);
    auto *refresh = new Button(theme, tr("Refresh list"), ButtonKind::Default, QStringLiteral("refresh"), this);
    refresh->setCompact(true);
    refresh->setToolTip(tr("Asks the provider, as Test connection does."));
    connect(refresh, &QPushButton::clicked, this, &ProviderForm::test);
    head->addWidget(refresh);
    column->addLayout(head);
    QGridLayout *grid = makeGrid();
    m_default = new QComboBox(this);
    m_default->setEditable(true);
    m_default->setInsertPolicy(QComboBox::NoInsert);
    m_default->setFixedWidth(fieldWidth);
    m_default->lineEdit()->setPlaceholderText(tr("None"));
    addRow(grid, tr("Default model"), m_default);
    column->addLayout(grid);
    connect(m_default, &QComboBox::editTextChanged, this, &ProviderForm::noteEdit);
    m_tableModel = new ModelsTable(m_services, this);
    m_table = new QTableView(this);
    m_table->setModel(m_tableModel);
    m_table->setAccessibleName(tr("Models and prices"));
    m_table->setProperty("framed", true);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setSectionResizeMode(ModelsTable::Model, QHeaderView::Stretch);
    for (const int column_ : {ModelsTable::Context, ModelsTable::Input, ModelsTable::CachedInput, ModelsTable::Output})
        m_table->horizontalHeader()->resizeSection(column_, 108);
    column->addWidget(m_table);
}

void ProviderForm::buildNetwork(QVBoxLayout *column)
{
    const Theme &theme = m_services.theme;
    column->addWidget(new SafeLabel(theme, tr("Network"), FontRole::Body, "text.primary", QFont::DemiBold, this));
    QGridLayout *grid = makeGrid();
    m_proxy = new QComboBox(this);
    m_proxy->setEditable(true);
    m_proxy->setFixedWidth(fieldWidth);
    m_proxy->addItems({tr("None"), tr("The desktop’s")});
    m_proxy->setToolTip(tr("Or an address: http://host:port or socks5://host:port"));
    addRow(grid, tr("Proxy"), m_proxy);
    auto *caRow = new QWidget(this);
    auto *row = new QHBoxLayout(caRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_ca = new QLineEdit(caRow);
    m_ca->setFixedWidth(fieldWidth);
    m_ca->setPlaceholderText(tr("The system’s authorities"));
    m_ca->setAccessibleName(tr("Certificate file"));
    auto *choose = new Button(theme, tr("Choose"), ButtonKind::Default, QStringLiteral("folder-open"), caRow);
    connect(choose, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("File with trusted authorities"), m_ca->text(),
                                                          tr("Certificates (*.pem *.crt *.cer);;All files (*)"));
        if (!file.isEmpty()) {
            m_ca->setText(file);
            noteEdit();
        }
    });
    row->addWidget(m_ca);
    row->addWidget(choose);
    row->addStretch(1);
    addRow(grid, tr("Certificate file"), caRow);
    m_headers = new QPlainTextEdit(this);
    m_headers->setProperty("framed", true);
    m_headers->setFont(theme.font(FontRole::Mono));
    m_headers->setPlaceholderText(QStringLiteral("X-Team: search"));
    m_headers->setTabChangesFocus(true);
    m_headers->setFixedHeight(64);
    m_headers->setToolTip(tr("One header a line, as Name: value. They are sent with every request; a key does not belong here."));
    addRow(grid, tr("Extra headers"), m_headers);
    column->addLayout(grid);
    connect(m_proxy, &QComboBox::editTextChanged, this, &ProviderForm::noteEdit);
    connect(m_ca, &QLineEdit::textEdited, this, &ProviderForm::noteEdit);
    connect(m_headers, &QPlainTextEdit::textChanged, this, &ProviderForm::noteEdit);
}

} // namespace tollgate::ui
