// What the chosen model lacks: its fields are off, and a line says why. Their values stay for the next model.
#include "ui/playground/parameterspane.h"

#include "ui/playground/effortfield.h"
#include "ui/playground/optionalnumber.h"
#include "ui/widgets/chipedit.h"
#include "ui/widgets/safelabel.h"

#include <QComboBox>
#include <QLocale>
#include <QSlider>
#include <QStandardItemModel>

#include <cmath>

namespace tollgate::ui {

void ParametersPane::setCapabilities(const Capabilities &capabilities, const QString &model, std::optional<qint64> maxOutputTokens)
{
    const bool was = std::exchange(m_loading, true);
    m_capabilities = capabilities;
    m_model = model;
    m_maxOutput = maxOutputTokens;
    const struct {
        Setting setting;
        QList<QWidget *> widgets;
    } fields[] = {{Setting::Temperature, {m_temperature, m_slider}}, {Setting::TopP, {m_topP}},  {Setting::MaxTokens, {m_maxTokens}},
                  {Setting::Seed, {m_seed}},                         {Setting::Stop, {m_stops}}, {Setting::ReasoningEffort, {m_effort}}};
    for (const auto &field : fields) {
        for (QWidget *widget : field.widgets) {
            widget->setEnabled(capabilities.accepts(field.setting));
            widget->setAccessibleDescription(capabilities.whyNot(field.setting));
        }
    }
    m_temperature->setMaximum(capabilities.maxTemperature);
    m_slider->setMaximum(int(std::lround(capabilities.maxTemperature / temperatureStep)));
    m_stops->setMaximum(capabilities.maxStops);
    m_effort->setLevels(capabilities.efforts);
    auto *formats = qobject_cast<QStandardItemModel *>(m_format->model());
    for (const auto &[row, setting] : {std::pair(1, Setting::JsonObject), std::pair(2, Setting::JsonSchema)}) {
        formats->item(row)->setEnabled(capabilities.accepts(setting));
        formats->item(row)->setToolTip(capabilities.whyNot(setting).toHtmlEscaped());
    }
    m_lacks->setText(lacks());
    m_lacks->setVisible(!m_lacks->text().isEmpty());
    followSlider();
    m_loading = was;
}

// One line for each reason: "Temperature, Top-p: o3 does not take this setting."
QString ParametersPane::lacks() const
{
    const std::pair<Setting, QString> shown[] = {{Setting::Temperature, tr("Temperature")},
                                                 {Setting::TopP, tr("Top-p")},
                                                 {Setting::MaxTokens, tr("Max tokens")},
                                                 {Setting::Seed, tr("Seed")},
                                                 {Setting::Stop, tr("Stop sequences")},
                                                 {Setting::ReasoningEffort, tr("Reasoning effort")},
                                                 {Setting::JsonObject, tr("JSON")},
                                                 {Setting::JsonSchema, tr("JSON schema")}};
    QStringList reasons;
    QHash<QString, QStringList> names;
    for (const auto &[setting, name] : shown) {
        const QString &why = m_capabilities.whyNot(setting);
        if (why.isEmpty())
            continue;
        if (!names.contains(why))
            reasons.append(why);
        names[why].append(name);
    }
    QStringList lines;
    for (const QString &why : reasons)
        lines.append(tr("%1: %2").arg(names.value(why).join(QStringLiteral(", ")), why));
    return lines.join(u'\n');
}

Parameters ParametersPane::accepted() const
{
    Parameters parameters = options().parameters;
    for (int i = 0; i < settingCount; ++i) {
        if (!m_capabilities.accepts(Setting(i)))
            leaveOut(parameters, Setting(i));
    }
    return parameters;
}

QString ParametersPane::modelProblem() const
{
    const auto format = ResponseFormat(m_format->currentIndex());
    if (format == ResponseFormat::JsonObject && !m_capabilities.accepts(Setting::JsonObject))
        return tr("Choose another response format: %1").arg(m_capabilities.whyNot(Setting::JsonObject));
    if (format == ResponseFormat::JsonSchema && !m_capabilities.accepts(Setting::JsonSchema))
        return tr("Choose another response format: %1").arg(m_capabilities.whyNot(Setting::JsonSchema));
    const auto tokens = m_maxTokens->integer();
    if (tokens && m_maxOutput && *tokens > *m_maxOutput && m_capabilities.accepts(Setting::MaxTokens))
        return tr("Max tokens: %1 gives at most %2.").arg(m_model, QLocale(QLocale::English).toString(*m_maxOutput));
    return {};
}

} // namespace tollgate::ui
