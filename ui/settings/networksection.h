// Network: the proxy, extra authorities and deadlines of every provider that does not say otherwise.
#pragma once

#include "ui/settings/formsection.h"

namespace tollgate::ui {

class NetworkSection final : public FormSection
{
    Q_OBJECT
public:
    explicit NetworkSection(Services &services, QWidget *parent = nullptr);
};

} // namespace tollgate::ui
