/* What the files of quick share; nobody else includes it. */
#pragma once

#include <pthread.h>
#include <sched.h>

#include "allowance.h"
#include "events.h"
#include "mover.h"
#include "origin_store.h"
#include "proc.h"
#include "quick.h"

/* What one thread works with, made anew for each plan. */
struct quick_kit {
	const struct quick_plan *plan; /* NULL: paused */
	struct proc *proc;
	struct mover *mover;
	struct origin_store *origins;
	int messages;
};

struct quick_thread {
	pthread_t thread;
	unsigned cpu;
	struct events *events;
	int end; /* eventfd: readable when it has to end; all have the same */
	bool is_realtime; /* it may be; set before it starts */
	bool stepped_down;
	struct allowance allowance;
	pthread_mutex_t lock; /* of the kit, held while one process is looked at */
	struct quick_kit kit;
};

/* The lowest of the real-time ones: above everything that is not real-time, below all that is. */
extern const struct sched_param quick_priority;

/* quick_thread.c: runs until t->end. */
void *quick_thread_run(void *t);

/* quick_place.c: one process became a program. */
void quick_place(struct quick_kit *kit, const struct proc_event_told *ev);
