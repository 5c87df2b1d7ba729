// What Qt and we log, on standard error: one line per message, without live secrets and without characters that steer a terminal.
#pragma once

namespace tollgate {
class Redactor;
} // namespace tollgate

class QString;

namespace tollgate::app {

// Installs the handler for the rest of the process. For main() only: tests have a handler of their own.
void installMessageLog();

// The line as it is written, without its end.
QString logLine(const QString &message);

// While it lives, what is logged goes through this redactor as well. Any thread.
class LogRedaction
{
public:
    explicit LogRedaction(const Redactor &redactor);
    ~LogRedaction();
    LogRedaction(const LogRedaction &) = delete;
    LogRedaction &operator=(const LogRedaction &) = delete;

private:
    const Redactor &m_redactor;
};

} // namespace tollgate::app
