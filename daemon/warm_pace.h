/* How often the way into a cgroup is to be touched, see warm.h: pure, time is an argument. An all-zero one is new: it begins often. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The kernel goes cold when one of its grace periods passes without a touch (kernel/rcu/sync.c), and how long these are is
 * others' doing. On a machine that does little, every 12 ms is enough: at 16 ms the wait begins to come back now and then, at 20
 * it is there for one in a hundred. On one that runs much and ends much, of touches every 12 ms one in seven waited (11 a second,
 * 13 % of all time); of those every 8 ms 3 a second, every 6 ms 1, every 4 ms one in five seconds.
 */
#define WARM_SELDOM_NS UINT64_C(12000000)
#define WARM_OFTEN_NS  UINT64_C(4000000)
/* A touch takes some microseconds, and a wait some milliseconds. */
#define WARM_COLD_NS   UINT64_C(1000000)
/* So long without a wait, and it is tried more seldom, by one step. */
#define WARM_CALM_NS   UINT64_C(2000000000)
#define WARM_STEP_NS   UINT64_C(2000000)
/*
 * In a storm, when a thousand programs start and end, grace periods may last one millisecond, and who waits for one waits for
 * ten. Each move is a touch too, so that only its pauses need one: after a row of moves that followed each other closely.
 */
#define WARM_STORM_NS  UINT64_C(500000)
#define WARM_ROW_NS    UINT64_C(1000000)
#define WARM_ROW_MIN   8
#define WARM_AFTER_NS  UINT64_C(10000000)
/*
 * What others leave to the one that touched last. Not less, and no turns either: a CPU that wakes between two touches lets a grace
 * period end before the second. With turns 95 of 1,700 starts waited, with 8 ms here 8 of 480, with this none of 4,000.
 */
#define WARM_SPARE_NS  UINT64_C(100000000)

struct warm_pace {
	uint64_t later_ns; /* than WARM_OFTEN_NS */
	uint64_t changed_ns;
	uint64_t moved_ns; /* the last move */
	unsigned row;	   /* of so many that followed each other closely */
	bool moving;	   /* the main loop moves one */
};

/* From one touch to the next. */
uint64_t warm_pace_ns(const struct warm_pace *p, uint64_t now_ns);
/*
 * When the next is due, of one that was made at touched_ns. Of several that may, who did not make it leaves the next to the one
 * that did, and comes so much later where that is held up.
 */
uint64_t warm_pace_due_ns(const struct warm_pace *p, uint64_t touched_ns, uint64_t now_ns, bool is_mine);
/*
 * The main loop is moving a process, or no longer: nothing is due meanwhile. In a storm one write may wait for half a second: the
 * kernel lets those that waited for the last one go on as readers of its lock, while they have no CPU yet. A touch would be another
 * such write, which all others wait for.
 */
void warm_pace_moves(struct warm_pace *p, bool moves);
/* One was moved just now, by whomever: a thread's own move does not end that of the main loop. */
void warm_pace_moved(struct warm_pace *p, uint64_t now_ns);
/* One was made, which took from began to ended, CLOCK_MONOTONIC. */
void warm_pace_note(struct warm_pace *p, uint64_t began_ns, uint64_t ended_ns);
