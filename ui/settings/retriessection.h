// Retries and timeouts: how often and how long a request is tried.
#pragma once

#include "ui/settings/formsection.h"

namespace tollgate::ui {

class RetriesSection final : public FormSection
{
    Q_OBJECT
public:
    explicit RetriesSection(Services &services, QWidget *parent = nullptr);
};

} // namespace tollgate::ui
