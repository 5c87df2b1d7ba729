#include "ui/playground/variablespane.h"

#include "ui/theme/theme.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/safelabel.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QPlainTextEdit>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

constexpr int maxShownLines = 6;
constexpr qsizetype maxShownCharacters = 4096;

// The value: wrapped text, edited in a multi-line field. Enter keeps, Shift+Enter is a new line.
class ValueDelegate : public QStyledItemDelegate
{
public:
    ValueDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme) {}

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        auto *edit = new QPlainTextEdit(parent);
        edit->setTabChangesFocus(true);
        edit->setProperty("framed", true);
        edit->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
        edit->setFont(m_theme.font(FontRole::Body));
        edit->document()->setDocumentMargin(2);
        edit->setAccessibleName(tr("Value"));
        return edit;
    }
    void setEditorData(QWidget *editor, const QModelIndex &index) const override
    {
        auto *edit = static_cast<QPlainTextEdit *>(editor);
        const QString value = index.data(Qt::EditRole).toString();
        if (edit->toPlainText() != value) {
            edit->setPlainText(value);
            edit->selectAll();
        }
    }
    void setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const override
    {
        model->setData(index, static_cast<QPlainTextEdit *>(editor)->toPlainText());
    }
    void updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        // At least three lines, inside the table.
        QRect area = option.rect;
        area.setHeight(qMax(area.height(), 3 * QFontMetrics(m_theme.font(FontRole::Body)).lineSpacing() + 12));
        const int bottom = editor->parentWidget()->height();
        if (area.bottom() > bottom)
            area.moveBottom(bottom - 1);
        if (area.top() < 0)
            area.setTop(0);
        editor->setGeometry(area);
    }
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const auto *view = qobject_cast<const QTableView *>(option.widget);
        const int width = view ? view->columnWidth(1) - 20 : 200;
        const QFontMetrics metrics(m_theme.font(FontRole::Body));
        const QString text = index.data(Qt::DisplayRole).toString().left(maxShownCharacters);
        const QRect area = metrics.boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap, text);
        return {width, qMin(qMax(area.height(), metrics.lineSpacing()), maxShownLines * metrics.lineSpacing()) + 10};
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, m_theme.color(option.state & QStyle::State_Active ? "selection.bg" : "selection.inactive"));
        const QString value = index.data(Qt::DisplayRole).toString().left(maxShownCharacters);
        const bool empty = index.data(Qt::EditRole).toString().isEmpty();
        painter->setFont(m_theme.font(FontRole::Body));
        painter->setPen(m_theme.color(empty ? "text.tertiary" : "text.primary"));
        painter->setClipRect(option.rect);
        painter->drawText(option.rect.adjusted(10, 5, -8, -5), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, value);
        painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), m_theme.color("border.subtle"));
        painter->restore();
    }

protected:
    bool eventFilter(QObject *editor, QEvent *event) override
    {
        if (event->type() == QEvent::KeyPress) {
            const auto *key = static_cast<QKeyEvent *>(event);
            const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
            if (enter && key->modifiers() == Qt::NoModifier) {
                Q_EMIT commitData(static_cast<QWidget *>(editor));
                Q_EMIT closeEditor(static_cast<QWidget *>(editor));
                return true;
            }
            if (enter) // Shift+Enter is a new line for the field, Ctrl+Enter the page's business
                return false;
        }
        return QStyledItemDelegate::eventFilter(editor, event);
    }

private:
    const Theme &m_theme;
};

class NameDelegate : public QStyledItemDelegate
{
public:
    NameDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme) {}
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        const QFont font = m_theme.font(FontRole::Mono);
        painter->setFont(font);
        painter->setPen(m_theme.color("variable.text"));
        const QRect area = option.rect.adjusted(10, 5, -6, -5);
        painter->drawText(area, Qt::AlignLeft | Qt::AlignTop,
                          QFontMetrics(font).elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, area.width()));
        painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), m_theme.color("border.subtle"));
        painter->fillRect(QRect(option.rect.right(), option.rect.top(), 1, option.rect.height()), m_theme.color("border.subtle"));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

} // namespace

VariablesModel::VariablesModel(const Theme &theme, QObject *parent) : QAbstractTableModel(parent), m_theme(theme) {}

void VariablesModel::setNames(const QStringList &names)
{
    if (names == m_names)
        return;
    beginResetModel();
    m_names = names;
    endResetModel();
}

void VariablesModel::setValues(const QHash<QString, QString> &values)
{
    beginResetModel();
    m_values = values;
    endResetModel();
}

int VariablesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_names.size());
}

int VariablesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 2;
}

QVariant VariablesModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const QString &name = m_names[index.row()];
    const QString value = m_values.value(name);
    if (index.column() == 0)
        return role == Qt::DisplayRole || role == Qt::AccessibleTextRole ? QVariant(name) : QVariant();
    if (role == Qt::EditRole)
        return value;
    if (role == Qt::DisplayRole)
        return value.isEmpty() ? tr("Not set") : value;
    if (role == Qt::AccessibleTextRole)
        return tr("%1: %2").arg(name, value.isEmpty() ? tr("not set") : value);
    return {};
}

bool VariablesModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || index.column() != 1)
        return false;
    m_values.insert(m_names[index.row()], value.toString());
    Q_EMIT dataChanged(index, index);
    Q_EMIT valueChanged();
    return true;
}

Qt::ItemFlags VariablesModel::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == 1 ? flags | Qt::ItemIsEditable : flags & ~Qt::ItemIsSelectable;
}

QVariant VariablesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole)
        return section == 0 ? tr("Variable") : tr("Value");
    return QAbstractTableModel::headerData(section, orientation, role);
}

VariablesPane::VariablesPane(const Theme &theme, QWidget *parent) : QFrame(parent)
{
    setProperty("surface", QStringLiteral("card"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    auto *header = new HeaderBar(theme, HeaderKind::Section, tr("Variables"), this);
    m_count = new SafeLabel(theme, {}, FontRole::Small, "text.tertiary", QFont::Normal, header);
    header->addLeft(m_count);
    header->row()->insertWidget(0, new IconLabel(theme, QStringLiteral("variables"), 16, "text.secondary", header));
    layout->addWidget(header);
    m_model = new VariablesModel(theme, this);
    m_table = new QTableView(this);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Variables"));
    m_table->setShowGrid(false);
    m_table->setWordWrap(true);
    m_table->setTabKeyNavigation(false);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::AnyKeyPressed | QAbstractItemView::DoubleClicked);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->hide();
    m_table->verticalHeader()->setMinimumSectionSize(theme.rowHeight());
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Fixed);
    m_table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_table->setColumnWidth(0, 106);
    m_table->setItemDelegateForColumn(0, new NameDelegate(theme, this));
    m_table->setItemDelegateForColumn(1, new ValueDelegate(theme, this));
    layout->addWidget(m_table);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex &index) { m_table->edit(index.siblingAtColumn(1)); });
    connect(m_model, &VariablesModel::valueChanged, this, [this] {
        showCount();
        fit();
        Q_EMIT changed();
    });
    connect(m_table->horizontalHeader(), &QHeaderView::sectionResized, this, &VariablesPane::fit,
            Qt::QueuedConnection); // the new width holds only afterwards
    connect(&theme, &Theme::changed, this, [this, &theme] {
        m_table->verticalHeader()->setMinimumSectionSize(theme.rowHeight());
        fit();
    });
    hide();
}

void VariablesPane::setNames(const QStringList &names)
{
    if (names == m_model->names())
        return;
    m_model->setNames(names);
    setVisible(!names.isEmpty());
    showCount();
    fit();
}

void VariablesPane::setValues(const QHash<QString, QString> &values)
{
    m_model->setValues(values);
    showCount();
    fit();
}

QHash<QString, QString> VariablesPane::values() const
{
    QHash<QString, QString> out;
    for (const QString &name : m_model->names())
        if (const QString value = m_model->values().value(name); !value.isEmpty())
            out.insert(name, value);
    return out;
}

QSet<QString> VariablesPane::filledNames() const
{
    const QList<QString> keys = values().keys();
    return QSet<QString>(keys.begin(), keys.end());
}

QStringList VariablesPane::missingNames() const
{
    QStringList out;
    for (const QString &name : m_model->names())
        if (m_model->values().value(name).isEmpty())
            out.append(name);
    return out;
}

void VariablesPane::edit(const QString &name)
{
    const qsizetype row = m_model->names().indexOf(name);
    if (row < 0)
        return;
    const QModelIndex index = m_model->index(int(row), 1);
    m_table->setFocus(Qt::OtherFocusReason);
    m_table->setCurrentIndex(index);
    m_table->scrollTo(index);
    m_table->edit(index);
}

void VariablesPane::commit()
{
    // An open editor is a child of the viewport; moving the current cell would select another.
    if (auto *editor = m_table->viewport()->findChild<QPlainTextEdit *>(); editor && editor->isVisible())
        m_model->setData(m_table->currentIndex(), editor->toPlainText(), Qt::EditRole);
}

void VariablesPane::showCount()
{
    const qsizetype total = m_model->names().size();
    m_count->setText(tr("%1 of %2 set").arg(total - missingNames().size()).arg(total));
}

void VariablesPane::setHeightLimit(int height)
{
    m_limit = height;
    fit();
}

void VariablesPane::fit()
{
    m_table->resizeRowsToContents();
    int height = 4;
    for (int row = 0; row < m_model->rowCount(); ++row)
        height += m_table->rowHeight(row);
    m_table->setFixedHeight(qBound(32, height, qMax(m_limit - 34, 60)));
}

} // namespace tollgate::ui
