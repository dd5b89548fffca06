/* Strict groups, as cgqd sees them: starts the gate, tells it which files, and answers what it asks. */
#pragma once

#include <systemd/sd-event.h>

#include <cgq/err.h>

#include "helper.h"
#include "strict_files.h"
#include "strict_wire.h"

struct strict;

struct strict_told {
	/* Its exec goes on when this returns. False: it is too late, so that nothing is answered; it goes on all the same, and is told. */
	bool (*asks)(void *ctx, const struct gate_said *said);
	void (*went_on)(void *ctx, const struct gate_said *said);
	void *ctx;
};

/* helpers outlives it. */
struct strict *strict_new(sd_event *event, struct helpers *helpers, const struct strict_told *told);
void strict_free(struct strict *s);
/*
 * From here on, execs of these files are asked for, and of no others; the change leaves no moment without. Fills in the
 * error of each that could not be marked. -errno with e: none could be, and nobody is held up.
 */
int strict_follow(struct strict *s, struct strict_files *files, struct err *e);
/* Serves what waits. Called by the loop; and in between by whoever is busy for long. */
void strict_take(struct strict *s);
/* Once a second: a gate that does not answer is ended. False: it ended, though it is needed; strict_follow() starts another. */
bool strict_tick(struct strict *s);
