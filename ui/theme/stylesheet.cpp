#include "ui/theme/stylesheet.h"

namespace tollgate::ui {

namespace {

// Combo boxes, check boxes and radio buttons are painted by TollgateStyle: their marks need tinted icons, which a style sheet has not.
// A property `surface` paints the background of frames: window, base, panel, sunken, card. `kind` chooses the button.
const char *const sheetTemplate = R"(
QMainWindow, QDialog { background: @bg.base@; }
QFrame[surface="window"] { background: @bg.window@; border: none; }
QFrame[surface="base"] { background: @bg.base@; border: none; }
QFrame[surface="panel"] { background: @bg.panel@; border: none; }
QFrame[surface="overlay"] { background: @bg.panel@; border: none; border-left: 1px solid @border.default@; }
QFrame[surface="sunken"] { background: @bg.sunken@; border: none; }
QFrame[surface="header"] { background: @bg.panel@; border: none; border-bottom: 1px solid @border.default@; }
QFrame[surface="section"] { background: @bg.panel@; border: none; border-bottom: 1px solid @border.subtle@; }
QFrame[surface="card"] { background: @bg.panel@; border: 1px solid @border.default@; border-radius: 5px; }
QFrame[surface="hairline"] { background: @border.subtle@; border: none; }
QFrame[surface="line"] { background: @border.default@; border: none; }

QPushButton { background: @bg.raised@; color: @text.primary@; border: 1px solid @border.default@; border-radius: 4px;
  padding: 0 10px; min-height: @h.control@px; max-height: @h.control@px; font-weight: 500; }
QPushButton:hover { background: @bg.hover@; border-color: @border.control@; }
QPushButton:pressed, QPushButton:open { background: @bg.pressed@; }
QPushButton:focus { border: 2px solid @focus.ring@; padding: 0 9px; min-height: @h.controlFocus@px; max-height: @h.controlFocus@px; }
QPushButton:disabled { color: @text.disabled@; border-color: @border.subtle@; background: @bg.raised@; }
QPushButton[kind="primary"] { background: @accent@; color: @text.onAccent@; border: 1px solid @accent@; padding: 0 10px;
  min-height: @h.control@px; max-height: @h.control@px; }
QPushButton[kind="primary"]:hover { background: @accent.hover@; border-color: @accent.hover@; }
QPushButton[kind="primary"]:pressed { background: @accent.pressed@; border-color: @accent.pressed@; }
QPushButton[kind="primary"]:disabled { background: @bg.raised@; color: @text.disabled@; border-color: @border.subtle@; }
QPushButton[kind="danger"] { color: @danger.text@; }
QPushButton[kind="danger"]:disabled { color: @text.disabled@; }
QPushButton[kind="flat"] { background: transparent; border-color: transparent; color: @text.secondary@; font-weight: 400; }
QPushButton[kind="flat"]:hover { background: @bg.hover@; color: @text.primary@; }
QPushButton[kind="flat"]:pressed { background: @bg.pressed@; }
QPushButton[kind="flat"]:focus { border-color: @focus.ring@; }
QPushButton[kind="flat"]:disabled { color: @text.disabled@; }
QPushButton[kind="link"] { background: transparent; border-color: transparent; color: @accent.text@; padding: 0 3px; }
QPushButton[kind="link"]:focus { border-color: @focus.ring@; padding: 0 2px; }
QPushButton[compact="true"] { min-height: @h.small@px; max-height: @h.small@px; padding: 0 8px; font-size: @px.small@px; }
QPushButton[compact="true"]:focus { min-height: @h.smallFocus@px; max-height: @h.smallFocus@px; padding: 0 7px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 3px; color: @text.secondary@; }
QToolButton:hover { background: @bg.hover@; color: @text.primary@; }
QToolButton:pressed, QToolButton:checked { background: @bg.pressed@; }
QToolButton:focus { border: 2px solid @focus.ring@; padding: 2px; }
QToolButton:disabled { color: @text.disabled@; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QAbstractSpinBox { background: @bg.panel@; color: @text.primary@; border: 1px solid @border.default@; border-radius: 4px;
  padding: 0 8px; min-height: @h.control@px; max-height: @h.control@px; selection-background-color: @accent@; selection-color: @text.onAccent@; }
QLineEdit { padding: 0 6px; }
QLineEdit:hover, QAbstractSpinBox:hover { border-color: @border.control@; }
QLineEdit:focus { border: 2px solid @focus.ring@; padding: 0 5px; min-height: @h.controlFocus@px; max-height: @h.controlFocus@px; }
QAbstractSpinBox:focus { border: 2px solid @focus.ring@; padding: 0 7px; min-height: @h.controlFocus@px; max-height: @h.controlFocus@px; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"] { border-color: @danger@; }
QLineEdit:disabled, QAbstractSpinBox:disabled { background: @bg.hover@; color: @text.disabled@; border-color: @border.subtle@; }
QLineEdit[compact="true"], QAbstractSpinBox[compact="true"] { min-height: @h.small@px; max-height: @h.small@px; }
QLineEdit[compact="true"]:focus, QAbstractSpinBox[compact="true"]:focus { min-height: @h.smallFocus@px; max-height: @h.smallFocus@px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; height: 0; border: none; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit, QComboBox QLineEdit:focus,
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {
  border: none; padding: 0; background: transparent; min-height: 0; max-height: 16777215px; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: @bg.panel@; color: @text.primary@; border: none;
  selection-background-color: @selection.bg@; selection-color: @text.primary@; }
QTextBrowser, QPlainTextEdit[readOnly="true"] { padding: 2px; }
QTextBrowser:focus, QPlainTextEdit[readOnly="true"]:focus { border: 2px solid @focus.ring@; padding: 0; }
QPlainTextEdit[framed="true"] { border: 1px solid @border.default@; border-radius: 4px; padding: 2px 4px; }
QPlainTextEdit[framed="true"]:focus { border: 2px solid @focus.ring@; padding: 1px 3px; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: @bg.pressed@; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: @accent.graphic@; border-radius: 2px; }
QSlider::handle:horizontal { width: 10px; height: 10px; margin: -5px 0; border: 2px solid @accent.graphic@; border-radius: 7px; background: @bg.panel@; }
QSlider::handle:horizontal:focus { border-color: @focus.ring@; background: @focus.ring@; }
QSlider::sub-page:horizontal:disabled { background: @bg.pressed@; }
QSlider::handle:horizontal:disabled { border-color: @border.default@; }

QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @text.secondary@; padding: 0 12px; min-height: @h.tab@px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text.primary@; }
QTabBar::tab:selected { color: @text.primary@; border-bottom: 2px solid @accent.graphic@; font-weight: 500; }
QTabBar::tab:disabled { color: @text.disabled@; }
QTabWidget::pane { border: none; }

QAbstractItemView { background: @bg.panel@; color: @text.primary@; border: none; outline: none; }
QTreeView::item, QListView::item { min-height: @h.row@px; }
QTreeView::item:hover, QListView::item:hover { background: @bg.hover@; }
QTreeView::item:selected, QListView::item:selected { background: @selection.bg@; color: @text.primary@; }
QTreeView::item:selected:!active, QListView::item:selected:!active { background: @selection.inactive@; }
QListView[nav="true"]::item { min-height: @h.nav@px; border-radius: 4px; padding: 0 6px; margin: 0 0 2px 0; }
QListView[nav="true"]::item:focus { border: 2px solid @focus.ring@; padding: 0 4px; }
QListView[popup="true"] { background: @bg.raised@; border: 1px solid @border.default@; border-radius: 5px; padding: 4px; }
QTreeView::branch { background: transparent; }
QTableView { gridline-color: @border.subtle@; }
QTableView[framed="true"] { border: 1px solid @border.default@; border-radius: 5px; }
QTableView[framed="true"]:focus { border: 2px solid @focus.ring@; }
QTableView::item { padding: 0 5px; border: none; border-bottom: 1px solid @border.subtle@; }
QTableView::item:selected { background: @selection.bg@; color: @text.primary@; }
QTableView::item:selected:!active { background: @selection.inactive@; }
QHeaderView { background: @bg.header@; border: none; }
QHeaderView::section { background: @bg.header@; color: @text.secondary@; border: none; border-bottom: 1px solid @border.default@;
  padding: 0 8px; min-height: @h.tableHeader@px; font-size: @px.small@px; font-weight: 500; }
QComboBox QAbstractItemView { background: @bg.raised@; border: 1px solid @border.default@; padding: 3px; }
QComboBox QAbstractItemView::item { min-height: @h.row@px; padding: 0 6px; border-radius: 3px; }
QComboBox QAbstractItemView::item:selected { background: @selection.bg@; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border.default@; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: @border.control@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QSplitter::handle { background: @bg.window@; }
QSplitter::handle:horizontal { width: 3px; border-left: 1px solid @border.default@; border-right: 1px solid @border.default@; }
QSplitter::handle:vertical { height: 3px; border-top: 1px solid @border.default@; border-bottom: 1px solid @border.default@; }
QSplitter::handle:hover { background: @bg.pressed@; }

QToolTip { background: @bg.tooltip@; color: @text.onTooltip@; border: 1px solid @bg.tooltip@; padding: 3px 6px; font-size: @px.small@px; }
QMenu { background: @bg.raised@; color: @text.primary@; border: 1px solid @border.default@; padding: 4px; }
QMenu::item { padding: 4px 20px 4px 8px; min-height: @h.menu@px; border-radius: 3px; background: transparent; }
QMenu::item:selected { background: @selection.bg@; }
QMenu::item:disabled { color: @text.disabled@; }
QMenu::icon { padding-left: 6px; }
QMenu::separator { height: 1px; background: @border.subtle@; margin: 4px 6px; }

QStatusBar { background: @bg.window@; border-top: 1px solid @border.default@; font-size: @px.small@px; }
QStatusBar::item { border: none; }
QGroupBox { border: none; margin: 0; padding: 0; font-weight: 600; }
)";

} // namespace

QString buildStyleSheet(const Tokens &tokens, bool dark, const StyleSizes &sizes, bool strong)
{
    QString sheet = QString::fromLatin1(sheetTemplate);
    const std::pair<const char *, int> numbers[] = {
        {"h.control", sizes.control - 2},         {"h.controlFocus", sizes.control - 4},
        {"h.small", sizes.controlSmall - 2},      {"h.smallFocus", sizes.controlSmall - 4},
        {"h.tab", sizes.control + 4},             {"h.row", sizes.row},
        {"h.tableHeader", sizes.row + 1},         {"h.menu", sizes.row - 10},
        {"h.nav", sizes.control},
        {"px.small", sizes.small},                {"px.body", sizes.body},
        {"px.title", sizes.title},
    };
    for (const auto &[name, value] : numbers)
        sheet.replace(u'@' + QLatin1String(name) + u'@', QString::number(value));
    const QHash<QByteArray, QColor> &colors = tokens.colors(dark, strong);
    for (auto it = colors.begin(); it != colors.end(); ++it)
        sheet.replace(u'@' + QString::fromLatin1(it.key()) + u'@', it->name());
    Q_ASSERT_X(!sheet.contains(u'@'), "buildStyleSheet", "a placeholder names no token");
    return sheet;
}

} // namespace tollgate::ui
