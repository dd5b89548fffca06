/* Keepers in the state folder. */
#pragma once

#include <cgq/err.h>

#include "keepers.h"

/* Nobody of an earlier boot. -errno: the line for the log, and what could be read is there. folder -1: nothing. */
int keeper_store_load(int folder, struct keepers *k, struct err *e);
/* Where anything changed. */
int keeper_store_save(int folder, struct keepers *k, struct err *e);
