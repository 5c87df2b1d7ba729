#include "tests/support/coretestmain.h"

TOLLGATE_CORE_TEST_MAIN
