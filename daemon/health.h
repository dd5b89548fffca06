/* Runs the health command every few seconds, without a shell, never longer than its time limit, never waited for. */
#pragma once

#include <systemd/sd-event.h>

#include <cgq/err.h>

#include "confirm.h"

struct health;

/*
 * command: an absolute path and its arguments, parted by blanks; a backslash takes the next byte as it is. It runs
 * for the first time at once. 0, or -errno where that fails.
 */
int health_new(sd_event *event, const char *command, struct health **ret, struct err *e);
/* Kills what runs, with its children. NULL is allowed. */
void health_free(struct health *h);
/* The text lives until the command ends the next time. */
struct confirm_health health_result(const struct health *h);
