// The model of a response column: a button with the model's colour, its name and provider, and a list with search over all models of
// enabled providers. An id that no list has can be typed.
#pragma once

#include <QAbstractButton>
#include <QFrame>
#include <QList>
#include <QString>

class QLineEdit;
class QListView;
class QStandardItemModel;

namespace tollgate::ui {

class Theme;

struct ModelChoice {
    QString providerId;
    QString providerName;
    QString model;
    bool isValid() const { return !providerId.isEmpty() && !model.isEmpty(); }
    friend bool operator==(const ModelChoice &, const ModelChoice &) = default;
};

class ModelPopup : public QFrame
{
    Q_OBJECT
public:
    ModelPopup(const Theme &theme, QWidget *parent);
    void showFor(const QList<ModelChoice> &choices, const ModelChoice &current, const QRect &anchor);

Q_SIGNALS:
    void chosen(const tollgate::ui::ModelChoice &choice);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void fill();
    void accept();
    const Theme &m_theme;
    QList<ModelChoice> m_choices;
    ModelChoice m_current;
    QLineEdit *m_search;
    QListView *m_list;
    QStandardItemModel *m_model;
};

class ModelPicker : public QAbstractButton
{
    Q_OBJECT
public:
    ModelPicker(const Theme &theme, QWidget *parent);

    void setChoices(const QList<ModelChoice> &choices);
    const QList<ModelChoice> &choices() const { return m_choices; }
    void setCurrent(const ModelChoice &choice); // does not emit
    const ModelChoice &current() const { return m_current; }
    void openList();
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

Q_SIGNALS:
    void chosen(const tollgate::ui::ModelChoice &choice); // by the user

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    const Theme &m_theme;
    QList<ModelChoice> m_choices;
    ModelChoice m_current;
    ModelPopup *m_popup = nullptr;
};

} // namespace tollgate::ui
