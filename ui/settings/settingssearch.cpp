#include "ui/settings/settingssearch.h"

#include "ui/widgets/searchfield.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace tollgate::ui {

namespace {

constexpr int longestList = 10;
constexpr int listWidth = 380;
constexpr int sectionRole = Qt::UserRole;

// One line: the setting, and at the right the section it is in.
class HitDelegate final : public QStyledItemDelegate
{
public:
    HitDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme) {}
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {100, m_theme.rowHeight() + 2}; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver))
            painter->fillRect(option.rect, m_theme.color(option.state & QStyle::State_Selected ? "selection.bg" : "bg.hover"));
        const QRect area = option.rect.adjusted(10, 0, -10, 0);
        painter->setFont(m_theme.font(FontRole::Small));
        const QString section = index.data(sectionRole).toString();
        const int taken = section.isEmpty() ? 0 : painter->fontMetrics().horizontalAdvance(section) + 12;
        painter->setPen(m_theme.color("text.tertiary"));
        painter->drawText(area, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine, section);
        painter->setFont(m_theme.font(FontRole::Body));
        painter->setPen(m_theme.color(index.flags() & Qt::ItemIsEnabled ? "text.primary" : "text.tertiary"));
        const QRect room = area.adjusted(0, 0, -taken, 0);
        painter->drawText(room, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, room.width()));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

} // namespace

QList<SettingsHit> matchingSettings(const QList<SettingsHit> &all, const QString &query)
{
    const QStringList wanted = query.simplified().split(u' ', Qt::SkipEmptyParts);
    if (wanted.isEmpty())
        return {};
    std::vector<std::pair<int, SettingsHit>> ranked;
    for (const SettingsHit &hit : all) {
        const QString everything = hit.title + u' ' + hit.sectionTitle + u' ' + hit.words;
        const bool matches = std::all_of(wanted.begin(), wanted.end(), [&](const QString &word) { return everything.contains(word, Qt::CaseInsensitive); });
        if (!matches)
            continue;
        const int rank = hit.title.startsWith(wanted.first(), Qt::CaseInsensitive) ? 0 : hit.title.contains(wanted.first(), Qt::CaseInsensitive) ? 1 : 2;
        ranked.emplace_back(rank, hit);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    QList<SettingsHit> result;
    for (const auto &[rank, hit] : ranked)
        result.append(hit);
    return result;
}

SettingsSearch::SettingsSearch(const Theme &theme, QWidget *page, std::function<QList<SettingsHit>()> source)
    : QObject(page), m_theme(theme), m_page(page), m_source(std::move(source)),
      m_field(new SearchField(theme, tr("Search settings"), QKeySequence(QStringLiteral("Ctrl+F")), page)), m_list(new QListWidget(page))
{
    m_field->setFixedWidth(260);
    m_field->installEventFilter(this);
    m_list->setProperty("popup", true);
    m_list->setFocusPolicy(Qt::NoFocus); // the field keeps it
    m_list->setAccessibleName(tr("Matching settings"));
    m_list->setItemDelegate(new HitDelegate(theme, m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMouseTracking(true);
    m_list->hide();
    connect(m_field, &SearchField::searchChanged, this, &SettingsSearch::search);
    connect(m_list, &QListWidget::itemClicked, this, &SettingsSearch::accept);
}

void SettingsSearch::search(const QString &text)
{
    m_hits = matchingSettings(m_source(), text);
    m_list->clear();
    for (const SettingsHit &hit : m_hits.first(qMin(qsizetype(longestList), m_hits.size()))) {
        auto *item = new QListWidgetItem(hit.title, m_list);
        item->setData(sectionRole, hit.sectionTitle);
        item->setData(Qt::AccessibleTextRole, QString(hit.title + QStringLiteral(", ") + hit.sectionTitle));
    }
    if (m_hits.isEmpty() && !text.trimmed().isEmpty()) {
        auto *item = new QListWidgetItem(tr("No setting matches"), m_list);
        item->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(m_hits.isEmpty() ? -1 : 0);
    m_list->setVisible(m_list->count() > 0 && m_field->hasFocus());
    place();
}

void SettingsSearch::place()
{
    const int row = m_theme.rowHeight() + 2;
    m_list->resize(listWidth, m_list->count() * row + 10);
    const QPoint below = m_field->mapTo(m_page, QPoint(m_field->width() - listWidth, m_field->height() + 3));
    m_list->move(qMax(0, below.x()), below.y());
    m_list->raise();
}

void SettingsSearch::accept()
{
    const int row = m_list->currentRow();
    if (row < 0 || row >= m_hits.size())
        return;
    const SettingsHit hit = m_hits[row];
    m_list->hide();
    m_field->clear();
    Q_EMIT chosen(hit);
}

bool SettingsSearch::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut)
        m_list->hide();
    if (event->type() != QEvent::KeyPress)
        return QObject::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key == Qt::Key_Down || key == Qt::Key_Up) {
        if (m_list->isVisible() && !m_hits.isEmpty())
            m_list->setCurrentRow(qBound(0, m_list->currentRow() + (key == Qt::Key_Down ? 1 : -1), m_list->count() - 1));
        return true;
    }
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        search(m_field->text()); // without waiting for the rest
        accept();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace tollgate::ui
