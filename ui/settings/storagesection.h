// Storage: what is kept, for how long, how safely, and where.
#pragma once

#include "ui/settings/formsection.h"

namespace tollgate::ui {

class ErrorBlock;

class StorageSection final : public FormSection
{
    Q_OBJECT
public:
    explicit StorageSection(Services &services, QWidget *parent = nullptr);

private:
    void showError();
    ErrorBlock *m_error;
};

} // namespace tollgate::ui
