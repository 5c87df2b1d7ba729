#include "ui/shell/mainwindow.h"

#include "core/engine/engine.h"
#include "core/ledger/ledger.h"
#include "core/settings/settings.h"
#include "ui/shell/caretrest.h"
#include "ui/shell/navrail.h"
#include "ui/shell/page.h"
#include "ui/shell/shortcutsdialog.h"
#include "ui/shell/statusstrip.h"
#include "ui/theme/theme.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/noticestack.h"

#include <QActionGroup>
#include <QAbstractButton>
#include <QApplication>
#include <QCloseEvent>
#include <QDateTime>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace tollgate::ui {

namespace {

const QString geometryKey = QStringLiteral("window/geometry");
const QString maximizedKey = QStringLiteral("window/maximized");
const QString pageKey = QStringLiteral("window/page");
const QString modelOrderKey = QStringLiteral("theme/modelOrder");

qint64 nowMs()
{
    return QDateTime::currentMSecsSinceEpoch();
}

// Enough of the title area must be on a screen to grab it.
bool isReachable(const QRect &geometry)
{
    for (const QScreen *screen : QGuiApplication::screens()) {
        const QRect shared = screen->availableGeometry().intersected(geometry);
        if (shared.width() >= 200 && shared.height() >= 100 && geometry.y() >= screen->availableGeometry().y() - 8)
            return true;
    }
    return false;
}

ThemeMode modeOf(const QString &name)
{
    return name == QLatin1String("dark") ? ThemeMode::Dark : name == QLatin1String("light") ? ThemeMode::Light : ThemeMode::System;
}

Appearance appearanceOf(const SettingsData &settings)
{
    Appearance looks;
    looks.mode = modeOf(settings.theme);
    looks.textSizePercent = settings.textSizePercent;
    looks.density = settings.density == QLatin1String("compact") ? Density::Compact
        : settings.density == QLatin1String("roomy")             ? Density::Roomy
                                                                 : Density::Normal;
    looks.increaseContrast = settings.increaseContrast;
    looks.reduceMotion = settings.reduceMotion;
    return looks;
}

} // namespace

MainWindow::MainWindow(Services &services, QWidget *parent) : MainWindow(services, builtPages(), parent) {}

MainWindow::MainWindow(Services &services, QList<PageSpec> pages, QWidget *parent)
    : QMainWindow(parent), m_services(services), m_pages(std::move(pages))
{
    setWindowTitle(services.demoProfile ? tr("Tollgate \u2013 demo profile") : tr("Tollgate"));
    setWindowIcon(services.theme.appIcon());
    applySettings();
    services.theme.setModelOrder(services.state.value(modelOrderKey).toStringList());
    connect(&services.theme, &Theme::modelOrderChanged, this,
            [this] { m_services.state.setValue(modelOrderKey, m_services.theme.modelOrder()); });
    auto *caret = new CaretRest(this);
    const auto still = [this, caret] { caret->setBlinking(!m_services.theme.reducedMotion()); };
    connect(&services.theme, &Theme::changed, caret, still);
    still();
    build();
    makeActions();
    connect(&services.settings, &Settings::changed, this, &MainWindow::applySettings);
    connect(&services.engine, &Engine::figuresChanged, this, &MainWindow::figuresMayHaveChanged);
    connect(&services.ledger, &Ledger::changed, this, &MainWindow::figuresMayHaveChanged);
    connect(&services.ledger, &Ledger::storageErrorChanged, this, &MainWindow::figuresMayHaveChanged);
    m_figuresTimer.setSingleShot(true);
    connect(&m_figuresTimer, &QTimer::timeout, this, &MainWindow::showFigures);
    m_midnightTimer.setSingleShot(true);
    m_midnightTimer.setTimerType(Qt::VeryCoarseTimer);
    connect(&m_midnightTimer, &QTimer::timeout, this, [this] {
        figuresMayHaveChanged();
        armMidnight();
    });
    armMidnight();
    showFigures();
    restorePlace();
    qApp->installEventFilter(this);
    if (!openPage(services.state.value(pageKey).toString()) && !m_pages.isEmpty())
        openPage(m_pages.first().id);
}

MainWindow::~MainWindow()
{
    qApp->removeEventFilter(this);
}

void MainWindow::build()
{
    setMinimumSize(m_services.theme.size("size.windowMin.0"), m_services.theme.size("size.windowMin.1"));
    auto *central = new QWidget(this);
    auto *column = new QVBoxLayout(central);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *row = new QHBoxLayout;
    row->setSpacing(0);
    m_rail = new NavRail(m_services.theme, m_services.demoProfile, central);
    int number = 1;
    for (const PageSpec &spec : std::as_const(m_pages)) {
        const QString keys = spec.id == QLatin1String("settings") ? tr("Ctrl+,") : QStringLiteral("Ctrl+%1").arg(number);
        m_rail->addPage(spec.id, spec.title, spec.iconName, keys, spec.bottom);
        ++number;
    }
    m_stack = new QStackedWidget(central);
    row->addWidget(m_rail);
    row->addWidget(m_stack, 1);
    column->addLayout(row, 1);
    m_status = new StatusStrip(m_services.theme, m_services.demoProfile, central);
    column->addWidget(m_status);
    setCentralWidget(central);
    m_notices = new NoticeStack(m_services.theme, central, m_status->height());
    connect(m_rail, &NavRail::chosen, this, [this](const QString &id) {
        if (!openPage(id))
            m_rail->setCurrent(m_current);
    });
    connect(m_rail, &NavRail::menuRequested, this, &MainWindow::openMenu);
    connect(m_status, &StatusStrip::storageClicked, this, [this] { openPage(QStringLiteral("settings"), QStringLiteral("storage")); });
    connect(m_status, &StatusStrip::cacheClicked, this, [this] { openPage(QStringLiteral("settings"), QStringLiteral("cache")); });
    connect(m_status, &StatusStrip::demoClicked, this, [this] { switchProfile(false); });
}

bool MainWindow::openPage(const QString &id, const QString &detail)
{
    const auto spec = std::find_if(m_pages.cbegin(), m_pages.cend(), [&](const PageSpec &page) { return page.id == id; });
    if (spec == m_pages.cend())
        return false;
    if (id != m_current) {
        if (auto *current = dynamic_cast<Page *>(m_made.value(m_current)); current && !current->mayLeave())
            return false;
    }
    QWidget *page = m_made.value(id);
    if (!page) {
        page = spec->make(m_services, m_stack);
        m_made.insert(id, page);
        m_stack->addWidget(page);
        if (page->metaObject()->indexOfSignal("pageRequested(QString,QString)") >= 0)
            connect(page, SIGNAL(pageRequested(QString,QString)), this, SLOT(openPage(QString,QString)));
    }
    // Asked before the old page hides and its focus goes anywhere. A rail button that was pressed by keyboard keeps it.
    const QAbstractButton *pressed = m_rail->button(id);
    const bool inRail = pressed && pressed->hasFocus();
    m_current = id;
    m_stack->setCurrentWidget(page);
    m_rail->setCurrent(id);
    m_services.state.setValue(pageKey, id);
    if (auto *opened = dynamic_cast<Page *>(page); opened && !detail.isEmpty())
        opened->open(detail);
    // Where the page put the focus by itself it stays; else it goes back to where it was in there.
    if (isVisible() && !inRail && (page->hasFocus() || !page->isAncestorOf(focusWidget()))) {
        QWidget *last = page->focusWidget();
        (last && last->isVisibleTo(page) ? last : page)->setFocus();
    }
    return true;
}

bool MainWindow::mayLeaveAll()
{
    for (const PageSpec &spec : std::as_const(m_pages)) {
        auto *page = dynamic_cast<Page *>(m_made.value(spec.id));
        if (page && !page->mayLeave())
            return false;
    }
    return true;
}

void MainWindow::switchProfile(bool demo)
{
    if (!m_services.switchProfile || !mayLeaveAll())
        return;
    rememberPlace();
    m_services.switchProfile(demo);
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    if (QWidget *current = m_made.value(m_current); current && !focusWidget())
        current->setFocus();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (!mayLeaveAll()) {
        event->ignore();
        return;
    }
    rememberPlace();
    event->accept();
}

void MainWindow::restorePlace()
{
    const QRect geometry = m_services.state.value(geometryKey).toRect();
    const QSize size = geometry.isValid() ? geometry.size().expandedTo(minimumSize())
                                          : QSize(m_services.theme.size("size.windowDefault.0"), m_services.theme.size("size.windowDefault.1"));
    if (geometry.isValid() && isReachable(geometry)) {
        setGeometry(QRect(geometry.topLeft(), size));
    } else {
        const QScreen *screen = QGuiApplication::primaryScreen();
        resize(screen ? size.boundedTo(screen->availableSize()).expandedTo(minimumSize()) : size);
    }
    if (m_services.state.value(maximizedKey).toBool())
        setWindowState(windowState() | Qt::WindowMaximized);
}

void MainWindow::rememberPlace()
{
    m_services.state.setValue(geometryKey, isMaximized() || isFullScreen() ? normalGeometry() : geometry());
    m_services.state.setValue(maximizedKey, isMaximized());
    m_services.state.sync();
}

void MainWindow::applySettings()
{
    const std::shared_ptr<const SettingsData> settings = m_services.settings.snapshot();
    m_services.theme.setAppearance(appearanceOf(*settings));
    if (m_themeGroup) {
        for (QAction *action : m_themeGroup->actions())
            action->setChecked(action->data().toString() == settings->theme);
    }
}

void MainWindow::setTheme(const QString &name)
{
    const Result<void> saved = m_services.settings.update([&name](SettingsData &edited) { edited.theme = name; });
    if (!saved) { // shown all the same, for this session
        m_services.theme.setMode(modeOf(name));
        m_notices->post(saved.error().text());
    }
}

void MainWindow::setTextSize(int percent)
{
    percent = qBound(90, percent, 150);
    const Result<void> saved = m_services.settings.update([percent](SettingsData &edited) { edited.textSizePercent = percent; });
    if (!saved) {
        m_services.theme.setTextSizePercent(percent);
        m_notices->post(saved.error().text());
        return;
    }
    m_notices->post(tr("Text size %1%").arg(percent));
}

void MainWindow::figuresMayHaveChanged()
{
    if (m_figuresTimer.isActive())
        return;
    const qint64 since = nowMs() - m_figuresShownMs;
    m_figuresTimer.start(int(std::clamp<qint64>(1000 - since, 0, 1000)));
}

void MainWindow::showFigures()
{
    m_figuresShownMs = nowMs();
    const EngineFigures engine = m_services.engine.figures();
    StatusFigures figures;
    figures.inFlight = engine.inFlight;
    figures.queued = engine.queued;
    figures.today = m_services.ledger.today();
    figures.storageError = m_services.ledger.storageError();
    m_status->show(figures);
}

void MainWindow::armMidnight()
{
    const QDateTime now = QDateTime::currentDateTime();
    const qint64 wait = now.msecsTo(now.date().addDays(1).startOfDay()) + 1000;
    m_midnightTimer.start(int(std::clamp<qint64>(wait, 1000, 26LL * 3600 * 1000)));
}

} // namespace tollgate::ui
