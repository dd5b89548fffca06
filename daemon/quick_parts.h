/* What the files of quick share; nobody else includes it. */
#pragma once

#include <pthread.h>
#include <sched.h>

#include "allowance.h"
#include "bpf/exec_record.h"
#include "exec_source.h"
#include "mover.h"
#include "origin_store.h"
#include "proc.h"
#include "quick.h"
#include "quick_talk.h"
#include "warm_pace.h"
#include "whereabouts.h"

/* What one thread works with, made anew for each plan. */
struct quick_kit {
	const struct quick_plan *plan; /* NULL: paused */
	struct proc *proc;
	struct mover *mover;
	struct origin_store *origins;
	struct whereabouts *whereabouts;
	const struct event_filter *filter;
	unsigned cpu;
	pid_t self;
	struct quick_talk *talk;
};

/*
 * What all threads share of keeping warm, CLOCK_MONOTONIC. One of them does it: who touched or moved a process last, so that it
 * knows of it before it sleeps.
 */
struct quick_warmth {
	_Atomic uint64_t until_ns; /* by the last start on any CPU */
	_Atomic uint64_t touched_ns;
	_Atomic unsigned toucher; /* its CPU */
	pthread_mutex_t lock;	  /* of the pace. Who waits for it may be real-time, and who has it is then too */
	struct warm_pace pace;
};

struct quick_thread {
	pthread_t thread;
	unsigned cpu;
	struct exec_source *source;
	int end; /* eventfd: readable when it has to end; all have the same */
	bool is_realtime; /* it may be; set before it starts */
	struct quick_warmth *warmth;
	struct allowance allowance;
	pthread_mutex_t lock; /* of the kit, held while one process is looked at */
	struct quick_kit kit;
};

/* Beyond so many CPUs their threads hear of programs from rings. */
extern const unsigned quick_sockets_max;

/* The lowest of the real-time ones: above everything that is not real-time, below all that is. */
extern const struct sched_param quick_priority;

/* quick.c: of all its threads. */
struct quick_talk *quick_talk_of(struct quick *q);

/* quick_thread.c: runs until t->end. */
void *quick_thread_run(void *t);

/* The same, of nobody: a write that moves none. */
void quick_touch(struct quick_kit *kit);
/* One process that became a program, as it is looked at. */
struct quick_look {
	struct quick_kit *kit;
	bool is_recorded;
	struct exec_record record;
};

/* quick_facts.c: FACT_STAT, and what else the kernel recorded. False: it has ended. f is to be given back either way. */
bool quick_look(struct quick_kit *kit, const struct proc_event_told *ev, struct quick_look *ret, struct proc_facts *f);
/* For the rest; l outlives it. */
struct facts_reader quick_reader(struct quick_look *l);
/* For mover_place_held(): once it is held, it is found to be the one that was looked at all the time. -errno: it is not. */
int quick_hold(const struct quick_look *l, const struct proc_facts *f);

/* quick_place.c: one process became a program. True: it was moved. */
bool quick_place(struct quick_kit *kit, const struct proc_event_told *ev);
