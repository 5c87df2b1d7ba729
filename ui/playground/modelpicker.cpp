#include "ui/playground/modelpicker.h"

#include "ui/theme/theme.h"
#include "ui/theme/tollgatestyle.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QScreen>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

constexpr int choiceRole = Qt::UserRole + 1; // index into the popup's choices, or -1 - provider for a typed id
constexpr int providerRole = Qt::UserRole + 2;
constexpr int popupWidth = 380;
constexpr int swatch = 8;

// One line: colour, model, provider.
class ChoiceDelegate : public QStyledItemDelegate
{
public:
    ChoiceDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme) {}
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {100, m_theme.rowHeight()}; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, m_theme.color("selection.bg"));
        else if (option.state & QStyle::State_MouseOver)
            painter->fillRect(option.rect, m_theme.color("bg.hover"));
        const QRect area = option.rect.adjusted(10, 0, -10, 0);
        const QString model = index.data(Qt::DisplayRole).toString();
        painter->fillRect(QRect(area.left(), area.center().y() - swatch / 2, swatch, swatch), m_theme.modelColor(model));
        painter->setFont(m_theme.font(FontRole::Small));
        const QString provider = index.data(providerRole).toString();
        const int providerWidth = qMin(painter->fontMetrics().horizontalAdvance(provider) + 8, area.width() / 2);
        painter->setPen(m_theme.color("text.tertiary"));
        painter->drawText(area, Qt::AlignRight | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(provider, Qt::ElideRight, providerWidth));
        painter->setFont(m_theme.font(FontRole::Body));
        painter->setPen(m_theme.color("text.primary"));
        const QRect text = area.adjusted(swatch + 8, 0, -providerWidth - 4, 0);
        painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(model.left(256), Qt::ElideMiddle, text.width()));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

} // namespace

ModelPopup::ModelPopup(const Theme &theme, QWidget *parent) : QFrame(parent, Qt::Popup), m_theme(theme)
{
    setProperty("surface", QStringLiteral("card"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(6);
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(tr("Search models, or type a model id"));
    m_search->setAccessibleName(tr("Search models"));
    m_search->installEventFilter(this);
    layout->addWidget(m_search);
    m_list = new QListView(this);
    m_list->setAccessibleName(tr("Models"));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setUniformItemSizes(true);
    m_list->setMouseTracking(true);
    m_list->setItemDelegate(new ChoiceDelegate(theme, this));
    m_model = new QStandardItemModel(this);
    m_list->setModel(m_model);
    layout->addWidget(m_list);
    connect(m_search, &QLineEdit::textChanged, this, &ModelPopup::fill);
    connect(m_search, &QLineEdit::returnPressed, this, &ModelPopup::accept);
    connect(m_list, &QListView::clicked, this, &ModelPopup::accept);
    connect(m_list, &QListView::activated, this, &ModelPopup::accept);
}

void ModelPopup::showFor(const QList<ModelChoice> &choices, const ModelChoice &current, const QRect &anchor)
{
    m_choices = choices;
    m_current = current;
    m_search->clear();
    fill();
    const int rows = qBound(3, int(choices.size()), 12);
    resize(popupWidth, rows * m_theme.rowHeight() + m_theme.controlHeight() + 26);
    QPoint at = anchor.bottomLeft() + QPoint(0, 3);
    if (const QScreen *where = parentWidget()->screen()) {
        const QRect room = where->availableGeometry();
        at.setX(qBound(room.left(), at.x(), qMax(room.left(), room.right() - width())));
        if (at.y() + height() > room.bottom())
            at.setY(qMax(room.top(), anchor.top() - 3 - height()));
    }
    move(at);
    show();
    m_search->setFocus(Qt::PopupFocusReason);
}

void ModelPopup::fill()
{
    m_model->clear();
    const QString wanted = m_search->text().trimmed();
    bool exact = false;
    int selected = 0;
    for (qsizetype i = 0; i < m_choices.size(); ++i) {
        const ModelChoice &choice = m_choices[i];
        exact = exact || choice.model == wanted;
        bool matches = !choice.model.isEmpty();
        for (const QString &word : wanted.split(u' ', Qt::SkipEmptyParts))
            matches = matches && (choice.model.contains(word, Qt::CaseInsensitive) || choice.providerName.contains(word, Qt::CaseInsensitive));
        if (!matches)
            continue;
        auto *item = new QStandardItem(choice.model);
        item->setData(int(i), choiceRole);
        item->setData(choice.providerName, providerRole);
        item->setAccessibleText(tr("%1, %2").arg(choice.model, choice.providerName));
        if (choice == m_current)
            selected = m_model->rowCount();
        m_model->appendRow(item);
    }
    if (!wanted.isEmpty() && !exact) {
        QStringList seen;
        for (qsizetype i = 0; i < m_choices.size(); ++i) {
            if (seen.contains(m_choices[i].providerId))
                continue;
            seen.append(m_choices[i].providerId);
            auto *item = new QStandardItem(wanted);
            item->setData(int(-1 - i), choiceRole);
            item->setData(tr("use this id with %1").arg(m_choices[i].providerName), providerRole);
            m_model->appendRow(item);
        }
    }
    m_list->setCurrentIndex(m_model->index(selected, 0));
}

void ModelPopup::accept()
{
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid())
        return;
    const int number = index.data(choiceRole).toInt();
    ModelChoice choice = m_choices[number >= 0 ? number : -1 - number];
    choice.model = index.data(Qt::DisplayRole).toString();
    hide();
    Q_EMIT chosen(choice);
}

bool ModelPopup::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_search && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : key == Qt::Key_PageDown ? 10 : key == Qt::Key_PageUp ? -10 : 0;
        if (step != 0) {
            const int row = qBound(0, m_list->currentIndex().row() + step, m_model->rowCount() - 1);
            m_list->setCurrentIndex(m_model->index(row, 0));
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

ModelPicker::ModelPicker(const Theme &theme, QWidget *parent) : QAbstractButton(parent), m_theme(theme)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(this, &QAbstractButton::clicked, this, &ModelPicker::openList);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
    setCurrent({});
}

void ModelPicker::setChoices(const QList<ModelChoice> &choices)
{
    m_choices = choices;
}

void ModelPicker::setCurrent(const ModelChoice &choice)
{
    m_current = choice;
    setAccessibleName(choice.isValid() ? tr("Model %1, %2").arg(choice.model, choice.providerName) : tr("Choose a model"));
    updateGeometry();
    update();
}

void ModelPicker::openList()
{
    if (!m_popup) {
        m_popup = new ModelPopup(m_theme, this);
        connect(m_popup, &ModelPopup::chosen, this, [this](const ModelChoice &choice) {
            setCurrent(choice);
            Q_EMIT chosen(choice);
        });
    }
    m_popup->showFor(m_choices, m_current, QRect(mapToGlobal(QPoint(0, 0)), size()));
}

QSize ModelPicker::sizeHint() const
{
    const int name = QFontMetrics(m_theme.font(FontRole::Body, QFont::DemiBold))
                         .horizontalAdvance(m_current.isValid() ? m_current.model : tr("Choose a model"));
    const int provider = QFontMetrics(m_theme.font(FontRole::Body)).horizontalAdvance(m_current.providerName);
    return {6 + swatch + 8 + name + 6 + provider + 6 + 16 + 6, m_theme.controlHeight()};
}

void ModelPicker::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Down || event->key() == Qt::Key_F4)
        openList();
    else
        QAbstractButton::keyPressEvent(event);
}

void ModelPicker::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() || isDown()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(isDown() ? "bg.pressed" : "bg.hover"));
        painter.drawRoundedRect(rect(), 4, 4);
    }
    int x = 6;
    const int middle = height() / 2;
    if (m_current.isValid()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.modelColor(m_current.model));
        painter.drawRoundedRect(QRectF(x, middle - swatch / 2, swatch, swatch), 1.5, 1.5);
        x += swatch + 8;
    }
    const int right = width() - 22;
    painter.setFont(m_theme.font(FontRole::Body, QFont::DemiBold));
    painter.setPen(m_theme.color("text.primary"));
    QFontMetrics metrics = painter.fontMetrics();
    const QString name = metrics.elidedText(m_current.isValid() ? m_current.model.left(256) : tr("Choose a model"), Qt::ElideMiddle, right - x);
    painter.drawText(QRect(x, 0, right - x, height()), Qt::AlignVCenter | Qt::AlignLeft, name);
    x += metrics.horizontalAdvance(name) + 6;
    painter.setFont(m_theme.font(FontRole::Body));
    painter.setPen(m_theme.color("text.secondary"));
    metrics = painter.fontMetrics();
    if (right - x > 24) {
        const QString provider = metrics.elidedText(m_current.providerName, Qt::ElideRight, right - x);
        painter.drawText(QRect(x, 0, right - x, height()), Qt::AlignVCenter | Qt::AlignLeft, provider);
        x += metrics.horizontalAdvance(provider) + 4;
    }
    const QPixmap arrow = m_theme.pixmap(QStringLiteral("chevron-down"), 16, "text.secondary", devicePixelRatioF());
    painter.drawPixmap(QPoint(qMin(x + 2, width() - 18), middle - 8), arrow);
    if (hasFocus())
        drawFocusRing(painter, m_theme, rect(), 4);
}

} // namespace tollgate::ui
