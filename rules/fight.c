/* Two who write the same thing in turn: how long the next repair waits. */
#include "fight.h"

#include <stdio.h>

#define SECOND_NS UINT64_C(1000000000)

bool fight_is_over(const struct fight *f, uint64_t now_ns)
{
	return f->times == 0 || (now_ns > f->last_ns && now_ns - f->last_ns > FIGHT_QUIET_NS);
}

/* That the next repair waits, after so many. */
static uint64_t wait_ns(unsigned times)
{
	uint64_t wait = SECOND_NS;

	if (times < FIGHT_AT_ONCE)
		return 0;
	for (unsigned i = FIGHT_AT_ONCE; i < times && wait < FIGHT_WAIT_MOST_NS; i++)
		wait *= 2;
	return wait < FIGHT_WAIT_MOST_NS ? wait : FIGHT_WAIT_MOST_NS;
}

enum fight_answer fight_ask(struct fight *f, uint64_t now_ns)
{
	if (fight_is_over(f, now_ns))
		*f = (struct fight){.since_ns = now_ns};
	if (now_ns < f->due_ns)
		return FIGHT_HOLD;
	f->times += f->times < UINT32_MAX;
	f->last_ns = now_ns;
	f->due_ns = now_ns + wait_ns(f->times);
	if (f->times < FIGHT_ALARM_TIMES || f->alarmed)
		return FIGHT_REPAIR;
	f->alarmed = true;
	return FIGHT_ALARM;
}

static unsigned long seconds(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (unsigned long)((to_ns - from_ns + SECOND_NS - 1) / SECOND_NS) : 0;
}

char *fight_text(const struct fight *f, uint64_t now_ns, const struct fight_words *w, char *buf, size_t size)
{
	char next[64] = "";

	if (f->due_ns > now_ns)
		snprintf(next, sizeof(next), "; next %s in %lu s", w->next, seconds(now_ns, f->due_ns));
	snprintf(buf, size, "%s: %s %u times within %lu s by somebody else%s", w->name, w->did, f->times,
		 seconds(f->since_ns, f->last_ns), next);
	return buf;
}
