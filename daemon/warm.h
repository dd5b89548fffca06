/*
 * Without threads that place at once (quick.h), which do this themselves and are in time on a busy machine too.
 *
 * Keeps the kernel's way into a cgroup warm. The first move after some idle time waits for a grace period, 10 ms as a rule,
 * where the next take a few microseconds (FACTS: "What keeps it cheap"): as long as a write to some cgroup.procs comes every
 * few milliseconds (warm_pace.h), one that moves nobody, that wait does not come back. It costs 0.4 to 1 % of a CPU, up to
 * 2 % on a machine that does much, and only `latency = low` asks for it. What is kept warm is the kernel's lock of all processes, whose owner need not wait for every CPU to take note of it;
 * where a hierarchy is mounted with favordynmods, the kernel does the same by itself, and nothing is touched.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include <cgq/err.h>

/* Who starts nothing for so long has no need of it; the next start waits its 10 ms, once. */
#define WARM_KEPT_NS  UINT64_C(60000000000)

struct warm;

/* touch() does such a write; false: there is no cgroup to write to now. Idle until the first start is noted. */
struct warm *warm_new(sd_event *event, bool (*touch)(void *ctx), void *ctx, struct err *e);
void warm_free(struct warm *w);
/* A program that a rule may want was started: others may follow. */
void warm_note_start(struct warm *w, uint64_t now_ns);
