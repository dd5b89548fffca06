/* Pins in the state folder: they outlive the daemon, however it ends, and count for one boot. */
#pragma once

#include <cgq/err.h>

#include "pins.h"

/* folder -1: nothing is kept, and there is nothing. -errno with a line for the log: what could be read is in p. */
int pin_store_load(int folder, struct pins *p, struct err *e);
/* Nothing is written where nothing changed. What failed is tried again after the next change. -EFBIG: as many as can be read again. */
int pin_store_save(int folder, struct pins *p, struct err *e);
