/* Two who write the same thing in turn: how long the next repair waits. Time is an argument. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: nothing was repaired yet. Times are of CLOCK_MONOTONIC. */
struct fight {
	unsigned times;	   /* that it was put back since since_ns */
	uint64_t since_ns; /* the first repair of this episode */
	uint64_t last_ns;  /* the last one */
	uint64_t due_ns;   /* not before this the next one */
	bool alarmed;	   /* the episode was told of */
};

enum fight_answer {
	FIGHT_REPAIR,
	FIGHT_ALARM, /* repair, and tell: this is somebody who does not stop */
	FIGHT_HOLD,  /* leave it until due_ns */
};

/*
 * Asked when it is found changed. The first repairs come at once; then the next waits 1 s, 2 s, 4 s … up to
 * FIGHT_WAIT_MOST_NS. After FIGHT_QUIET_NS without a repair everything begins anew.
 */
enum fight_answer fight_ask(struct fight *f, uint64_t now_ns);
bool fight_is_over(const struct fight *f, uint64_t now_ns); /* or there was none */

#define FIGHT_AT_ONCE	   3
#define FIGHT_ALARM_TIMES  5
#define FIGHT_WAIT_MOST_NS UINT64_C(60000000000)
#define FIGHT_QUIET_NS	   UINT64_C(180000000000)

/* What is fought over, in words: what it is ("db memory.max"), what was done to it ("changed"), and what comes next ("repair"). */
struct fight_words {
	const char *name, *did, *next;
};

/* "db memory.max: changed 12 times within 30 s by somebody else; next repair in 32 s". Returns buf. */
char *fight_text(const struct fight *f, uint64_t now_ns, const struct fight_words *w, char *buf, size_t size);
