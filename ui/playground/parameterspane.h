// The settings of a run: sampling, format, cache, request. Empty fields are the model's or the profile's default and are not sent.
#pragma once

#include "core/providers/capabilities.h"
#include "ui/playground/draft.h"

#include <QFrame>

class QComboBox;
class QFormLayout;
class QPlainTextEdit;
class QSlider;
class QVBoxLayout;

namespace tollgate::ui {

class Badge;
class Button;
class ChipEdit;
class EffortField;
class IconButton;
class OptionalNumber;
class SafeLabel;
class SegmentedControl;
class Theme;
class Toggle;

class ParametersPane : public QFrame
{
    Q_OBJECT
public:
    ParametersPane(const Theme &theme, QWidget *parent);

    RunOptions options() const;
    void setOptions(const RunOptions &options); // does not emit
    // What empty fields of the request section mean.
    void setDefaults(int keepSeconds, int timeoutSeconds, int attempts);
    // Unix ms when the stored answer expires; 0: none. `nowMs` for "expires in".
    void setStored(qint64 expiresMs, qint64 nowMs);
    // What the chosen model takes (parameterslimits.cpp).
    void setCapabilities(const Capabilities &capabilities, const QString &model, std::optional<qint64> maxOutputTokens);
    Parameters accepted() const; // options() without what the model lacks: what is sent
    // The first field that cannot be used, in words; empty: all can.
    QString problem() const;
    void raiseTimeout(); // doubles it and shows the field
    void setOverlay(bool on); // over the answer, in narrow windows: an edge at the left
    QWidget *firstField() const;
    IconButton *collapseButton() const { return m_collapse; }

Q_SIGNALS:
    void changed();

private:
    void buildSampling(QVBoxLayout *column);
    void buildFormat(QVBoxLayout *column);
    void buildCache(QVBoxLayout *column);
    void buildRequest(QVBoxLayout *column);
    QWidget *row(const QString &label, QWidget *field);
    SafeLabel *caption(const QString &text);
    void userChanged();
    void followFormat();
    void followSlider();
    void showCache();
    QString lacks() const;
    QString modelProblem() const;

    static constexpr double temperatureStep = 0.05;

    const Theme &m_theme;
    IconButton *m_collapse;
    OptionalNumber *m_temperature;
    QSlider *m_slider;
    OptionalNumber *m_maxTokens;
    OptionalNumber *m_topP;
    OptionalNumber *m_seed;
    ChipEdit *m_stops;
    QComboBox *m_format;
    QPlainTextEdit *m_schema;
    SafeLabel *m_schemaProblem;
    EffortField *m_effort;
    SafeLabel *m_lacks;
    Badge *m_stored;
    SegmentedControl *m_policy;
    QComboBox *m_keep;
    SafeLabel *m_cacheNote;
    Toggle *m_stream;
    OptionalNumber *m_timeout = nullptr;
    OptionalNumber *m_attempts = nullptr;
    ChipEdit *m_tags;
    Capabilities m_capabilities;
    QString m_model;
    std::optional<qint64> m_maxOutput;
    qint64 m_expiresMs = 0;
    qint64 m_nowMs = 0;
    int m_defaultTimeout = 600;
    bool m_loading = false;
};

} // namespace tollgate::ui
