#include "tests/support/ui/uitestmain.h"

TOLLGATE_UI_TEST_MAIN
