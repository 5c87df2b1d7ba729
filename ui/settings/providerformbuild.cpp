// The widgets of the provider form.
#include "core/providers/provider.h"
#include "ui/settings/certificateedit.h"
#include "ui/settings/formsection.h"
#include "ui/settings/functionpriceedit.h"
#include "ui/settings/headersedit.h"
#include "ui/settings/jsonfield.h"
#include "ui/settings/keyeditor.h"
#include "ui/settings/modelspanel.h"
#include "ui/settings/providerform.h"
#include "ui/settings/proxyedit.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/keychainwords.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/segmentedcontrol.h"
#include "ui/widgets/toggle.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QScrollArea>
#include <QSpinBox>
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

ProviderForm::ProviderForm(Services &services, KeychainWatch &keychain, QWidget *parent)
    : QWidget(parent), m_services(services), m_keychain(keychain)
{
    build();
    connectFields();
}

void ProviderForm::build()
{
    const Theme &theme = m_services.theme;
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    buildHeader();
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
    buildLimits(column);
    column->addSpacing(4);
    column->addWidget(makeHairline(page));
    m_models = new ModelsPanel(m_services, this);
    column->addWidget(m_models);
    m_priceBox = new QWidget(page);
    auto *price = new QVBoxLayout(m_priceBox);
    price->setContentsMargins(0, 0, 0, 0);
    price->setSpacing(10);
    addTitle(price, tr("Price of the function"), tr("counted beside or instead of the prices per model"));
    m_price = new FunctionPriceEdit(theme, m_priceBox);
    price->addWidget(m_price);
    column->addWidget(m_priceBox);
    m_outside = new QWidget(page);
    auto *outside = new QVBoxLayout(m_outside);
    outside->setContentsMargins(0, 0, 0, 0);
    outside->setSpacing(10);
    buildRequest(outside);
    buildNetwork(outside);
    column->addWidget(m_outside);
    column->addStretch(1);
    area->setWidget(page);
    outer->addWidget(area, 1);
    m_bar = new SaveBar(theme, this);
    outer->addWidget(m_bar);
}

void ProviderForm::buildHeader()
{
    const Theme &theme = m_services.theme;
    m_header = new HeaderBar(theme, HeaderKind::Pane, {}, this);
    m_header->row()->setContentsMargins(24, 0, 12, 0);
    m_added = new SafeLabel(theme, {}, FontRole::Small, "text.tertiary", QFont::Normal, this);
    m_header->addLeft(m_added);
    m_header->add(new SafeLabel(theme, tr("Enabled"), FontRole::Small, "text.secondary", QFont::Normal, this));
    m_enabled = new Toggle(theme, tr("Enabled"), this);
    m_enabled->setToolTip(tr("Applies at once. A provider that is off gets no requests."));
    m_header->add(m_enabled);
    m_header->row()->addSpacing(8);
    auto *remove = new Button(theme, tr("Remove"), ButtonKind::Danger, QStringLiteral("discard"), this);
    remove->setObjectName(QStringLiteral("remove"));
    remove->setCompact(true);
    connect(remove, &QPushButton::clicked, this, &ProviderForm::removeProvider);
    m_header->add(remove);
}

void ProviderForm::addTitle(QVBoxLayout *column, const QString &title, const QString &remark, bool line)
{
    if (line) {
        column->addSpacing(4);
        column->addWidget(makeHairline(this));
    }
    auto *head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(new SafeLabel(m_services.theme, title, FontRole::Body, "text.primary", QFont::DemiBold, this));
    head->addWidget(new SafeLabel(m_services.theme, remark, FontRole::Small, "text.tertiary", QFont::Normal, this), 1);
    column->addLayout(head);
}

SafeLabel *ProviderForm::addRow(QGridLayout *grid, const QString &label, QWidget *control, const QList<ProviderType> &types)
{
    const int row = grid->rowCount();
    auto *name = new SafeLabel(m_services.theme, label, FontRole::Body, "text.secondary", QFont::Normal, this);
    name->setBuddy(control);
    name->setFixedHeight(m_services.theme.controlHeight());
    connect(&m_services.theme, &Theme::changed, name, [this, name] { name->setFixedHeight(m_services.theme.controlHeight()); });
    name->setElideMode(Qt::ElideNone);
    if (control->accessibleName().isEmpty())
        control->setAccessibleName(label);
    grid->addWidget(name, row, 0, Qt::AlignTop | Qt::AlignLeft);
    const bool narrow = control->maximumWidth() < QWIDGETSIZE_MAX || control->sizePolicy().horizontalPolicy() == QSizePolicy::Maximum;
    grid->addWidget(control, row, 1, narrow ? Qt::AlignLeft : Qt::Alignment());
    m_rows.append({name, control, types});
    return name;
}

void ProviderForm::buildConnection(QVBoxLayout *column)
{
    const Theme &theme = m_services.theme;
    addTitle(column, tr("Connection"), {}, false);
    QGridLayout *grid = makeGrid();
    m_name = new QLineEdit(this);
    m_name->setFixedWidth(fieldWidth);
    m_name->setMaxLength(64);
    addRow(grid, tr("Name"), m_name);
    m_type = new QComboBox(this);
    m_type->setFixedWidth(fieldWidth);
    for (const ProviderType type : builtProviderTypes())
        m_type->addItem(providerTypeTitle(type), int(type));
    addRow(grid, tr("API type"), m_type);
    m_url = new QLineEdit(this);
    m_url->setFixedWidth(fieldWidth);
    m_url->setMaxLength(2048);
    addRow(grid, tr("Base URL"), m_url);
    m_deployment = new QLineEdit(this);
    m_deployment->setFixedWidth(fieldWidth);
    m_deployment->setMaxLength(128);
    m_deployment->setPlaceholderText(tr("The model’s name"));
    addRow(grid, tr("Deployment"), m_deployment, {ProviderType::Azure});
    m_version = new QComboBox(this);
    m_version->setFixedWidth(fieldWidth);
    m_version->addItem(tr("Default"), QString());
    for (const char *version : {"2023-06-01", "2026-10-21"})
        m_version->addItem(QString::fromLatin1(version), QString::fromLatin1(version));
    addRow(grid, tr("API version"), m_version, {ProviderType::Anthropic});
    m_dated = new QLineEdit(this);
    m_dated->setFixedWidth(fieldWidth);
    m_dated->setMaxLength(64);
    m_dated->setPlaceholderText(tr("None, for addresses under /openai/v1"));
    m_dated->setToolTip(tr("A dated version such as 2024-10-21 means the classic addresses, with the deployment in the path."));
    addRow(grid, tr("API version"), m_dated, {ProviderType::Azure});
    const auto fonts = [this] {
        for (QLineEdit *field : {m_url, m_deployment, m_dated})
            field->setFont(m_services.theme.font(FontRole::Mono));
    };
    fonts();
    connect(&theme, &Theme::changed, this, fonts);
    m_key = new KeyEditor(m_services, m_keychain, this);
    m_sourceLabel = addRow(grid, tr("Key source"), m_key->source());
    m_keyLabel = addRow(grid, tr("API key"), m_key);
    buildTest(grid);
    column->addLayout(grid);
    m_error = new ErrorBlock(theme, this);
    m_error->hide();
    column->addWidget(m_error);
}

void ProviderForm::buildTest(QGridLayout *grid)
{
    const Theme &theme = m_services.theme;
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
}

void ProviderForm::buildLimits(QVBoxLayout *column)
{
    addTitle(column, tr("Limits"), tr("requests above a limit wait in the queue instead of failing"));
    QGridLayout *grid = makeGrid();
    m_parallel = new QSpinBox(this);
    m_parallel->setRange(1, 1000);
    m_parallel->setFixedWidth(120);
    addRow(grid, tr("Parallel requests"), m_parallel);
    column->addLayout(grid);
}

void ProviderForm::buildRequest(QVBoxLayout *column)
{
    addTitle(column, tr("Request"), tr("sent with every request to this provider"));
    QGridLayout *grid = makeGrid();
    m_keyHeader = new QComboBox(this);
    m_keyHeader->setEditable(true);
    m_keyHeader->setInsertPolicy(QComboBox::NoInsert);
    m_keyHeader->setFixedWidth(fieldWidth);
    for (const char *name : {"Authorization", "x-api-key", "api-key", "x-goog-api-key"})
        m_keyHeader->addItem(QString::fromLatin1(name));
    m_keyHeader->lineEdit()->setPlaceholderText(tr("As usual for the API type"));
    m_keyHeader->lineEdit()->setMaxLength(64);
    m_keyHeader->setToolTip(tr("The header that carries the key"));
    addRow(grid, tr("Key header"), m_keyHeader);
    m_headers = new HeadersEdit(m_services.theme, this);
    m_headers->setAccessibleDescription(tr("A key does not belong here."));
    addRow(grid, tr("Extra headers"), m_headers);
    m_body = new JsonField(m_services.theme, tr("Extra body fields"), QStringLiteral("{\"user\": \"me\"}"), this);
    m_body->setToolTip(tr("A JSON object. What a request itself sets wins over it."));
    addRow(grid, tr("Extra body fields"), m_body);
    column->addLayout(grid);
}

void ProviderForm::buildNetwork(QVBoxLayout *column)
{
    addTitle(column, tr("Network"), tr("instead of what the Network section says"));
    QGridLayout *grid = makeGrid();
    m_proxy = new ProxyEdit(m_services.theme, true, this);
    addRow(grid, tr("Proxy"), m_proxy);
    m_ca = new CertificateEdit(m_services.theme, this);
    m_ca->setToolTip(tr("A PEM file, trusted for this provider besides the system’s."));
    addRow(grid, tr("Own authorities"), m_ca);
    column->addLayout(grid);
}

void ProviderForm::connectFields()
{
    connect(m_bar->saveButton(), &QPushButton::clicked, this, &ProviderForm::save);
    connect(m_bar->revertButton(), &QPushButton::clicked, this, &ProviderForm::revert);
    connect(m_enabled, &QAbstractButton::toggled, this, &ProviderForm::setEnabledAtOnce);
    connect(m_test, &QPushButton::clicked, this, &ProviderForm::test);
    for (QLineEdit *field : {m_name, m_url, m_deployment, m_dated})
        connect(field, &QLineEdit::textChanged, this, &ProviderForm::noteEdit);
    connect(m_type, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_loading)
            typeChosen();
        noteEdit();
    });
    connect(m_version, &QComboBox::currentIndexChanged, this, &ProviderForm::noteEdit);
    connect(m_key, &KeyEditor::edited, this, &ProviderForm::noteEdit);
    connect(m_key, &KeyEditor::forgetRequested, this, &ProviderForm::forgetKey);
    connect(m_key, &KeyEditor::helpRequested, this,
            [this] { showKeychainHelp(m_services.theme, m_keychain.state().value_or(KeychainState::Available), this); });
    connect(m_error, &ErrorBlock::actionTriggered, this, &ProviderForm::errorAction);
    connect(m_parallel, &QSpinBox::valueChanged, this, &ProviderForm::noteEdit);
    connect(m_models, &ModelsPanel::edited, this, &ProviderForm::noteEdit);
    connect(m_models, &ModelsPanel::refreshRequested, this, &ProviderForm::test);
    connect(m_price, &FunctionPriceEdit::edited, this, &ProviderForm::noteEdit);
    connect(m_keyHeader, &QComboBox::editTextChanged, this, &ProviderForm::noteEdit);
    connect(m_headers, &HeadersEdit::edited, this, &ProviderForm::noteEdit);
    connect(m_body, &JsonField::edited, this, &ProviderForm::noteEdit);
    connect(m_proxy, &ProxyEdit::edited, this, &ProviderForm::noteEdit);
    connect(m_ca, &CertificateEdit::edited, this, &ProviderForm::noteEdit);
}

QList<SearchEntry> ProviderForm::searchEntries() const
{
    QList<SearchEntry> entries;
    for (const Row &row : m_rows) {
        if (!row.control->isHidden())
            entries.append({row.label->text(), m_loaded.name, row.control});
    }
    for (QWidget *field : m_models->fields())
        entries.append({field->accessibleName().isEmpty() ? tr("Models") : field->accessibleName(), tr("models list refresh add"), field});
    if (!m_priceBox->isHidden()) {
        for (QWidget *field : m_price->fields())
            entries.append({field->accessibleName(), tr("price of the function"), field});
    }
    return entries;
}

} // namespace tollgate::ui
