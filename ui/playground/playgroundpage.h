// The Playground: write a prompt, run it against one model, watch the answer stream. Owns the running call; its draft outlives it in
// the state file.
#pragma once

#include "core/engine/call.h"
#include "ui/playground/draft.h"
#include "ui/playground/modelpicker.h"
#include "ui/shell/services.h"
#include "ui/widgets/failurewords.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QSplitter;
class QStackedWidget;

namespace tollgate::ui {

class FirstRunView;
class MessagesPane;
class PageBar;
class ParametersPane;
class ResponseView;
class SafeLabel;
class VariablesPane;

class PlaygroundPage : public QWidget
{
    Q_OBJECT
public:
    PlaygroundPage(Services &services, QWidget *parent);
    ~PlaygroundPage() override; // stops a running call and keeps the draft

    enum class RunMode : quint8 { Normal, AskAgain, OverBudget }; // AskAgain: as Refresh, without reading the cache
    void run(RunMode mode = RunMode::Normal);
    void stop();

    PageBar &pageBar() { return *m_bar; }
    MessagesPane &messages() { return *m_messages; }
    VariablesPane &variables() { return *m_variables; }
    ResponseView &response() { return *m_response; }
    ParametersPane &parameters() { return *m_parameters; }
    // Why Run would not work now; empty: it would.
    QString runProblem() const;

Q_SIGNALS:
    void openProviderSettings(const QString &providerId);
    // "settings" with "providers/ID" or "storage".
    void pageRequested(const QString &page, const QString &detail);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    // building
    void build();
    QWidget *buildEditor();
    void buildActions();
    QAction *addShortcut(const QString &text, const QList<QKeySequence> &keys, std::function<void()> run);
    void connectParts();
    // what is edited
    Draft draft() const;
    void load(const Draft &draft);
    void saveDraft();
    void promptChanged();
    void settingsChanged();
    void chooseModel(const ModelChoice &choice);
    void refreshCapabilities();
    void refreshEstimate();
    void refreshStored();
    void refreshTokens();
    void refreshRun();
    // layout
    void fitParameters();
    void toggleParameters();
    void focusContent();
    // running
    std::optional<ProviderConfig> provider() const;
    ChatRequest makeRequest() const;
    bool explainProblem();
    void finished(const Outcome &outcome);
    void afterRun(const Outcome &outcome);
    FailureContext failureContext() const;
    void handleError(const QString &action);
    void runLater();

    Services &m_services;
    QStackedWidget *m_stack = nullptr;
    FirstRunView *m_firstRun = nullptr;
    QSplitter *m_splitter = nullptr;
    PageBar *m_bar = nullptr;
    SafeLabel *m_tokenSum = nullptr;
    MessagesPane *m_messages = nullptr;
    VariablesPane *m_variables = nullptr;
    ResponseView *m_response = nullptr;
    ParametersPane *m_parameters = nullptr;
    QAction *m_stopAction = nullptr;
    QTimer m_saveTimer;
    QTimer m_estimateTimer;
    QTimer m_peekTimer;
    QTimer m_laterTimer;
    std::unique_ptr<Call> m_call;
    std::optional<Failure> m_lastFailure;
    int m_maxAttempts = 3;
    bool m_narrow = false;
    bool m_parametersWanted = true; // beside the answer, when there is room
    bool m_loading = false;
    quint64 m_peek = 0; // number of the newest look into the cache
};

} // namespace tollgate::ui
