#include "core/base/log.h"

Q_LOGGING_CATEGORY(lcApp, "tollgate.app", QtWarningMsg)
Q_LOGGING_CATEGORY(lcNet, "tollgate.net", QtWarningMsg)
Q_LOGGING_CATEGORY(lcEngine, "tollgate.engine", QtWarningMsg)
Q_LOGGING_CATEGORY(lcLedger, "tollgate.ledger", QtWarningMsg)
Q_LOGGING_CATEGORY(lcCache, "tollgate.cache", QtWarningMsg)
Q_LOGGING_CATEGORY(lcStore, "tollgate.store", QtWarningMsg)
Q_LOGGING_CATEGORY(lcSecrets, "tollgate.secrets", QtWarningMsg)
Q_LOGGING_CATEGORY(lcSimulator, "tollgate.simulator", QtWarningMsg)
Q_LOGGING_CATEGORY(lcUi, "tollgate.ui", QtWarningMsg)
