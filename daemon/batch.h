/*
 * What is not urgent is taken in batches: not when the first of it comes, but some milliseconds later, with all that came
 * meanwhile. A program that ends soon costs one batch then, and not a wake for each thing that is told of it.
 */
#pragma once

#include <stdbool.h>

#include <systemd/sd-event.h>

#include <cgq/err.h>

/* Longer than most programs of a script live, and shorter than anybody notices. */
#define BATCH_USEC 10000U

struct batch_want {
	const int *fds; /* readable when something waits; -1: none */
	unsigned n;
	bool (*may_wait)(void *ctx); /* asked when something waits that none waited with: false takes it at once */
	void (*take)(void *ctx);     /* all that waits in all of them */
	void *ctx;
};

struct batch;

int batch_new(sd_event *event, const struct batch_want *want, struct batch **ret, struct err *e);
void batch_free(struct batch *b);
/* Takes what waits for its time. Before anybody looks who is to see it. */
void batch_hurry(struct batch *b);
