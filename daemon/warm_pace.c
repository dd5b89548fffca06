/* How often the way into a cgroup is to be touched. */
#include "warm_pace.h"

static bool is_in_storm(const struct warm_pace *p, uint64_t now_ns)
{
	return p->row >= WARM_ROW_MIN && now_ns < p->moved_ns + WARM_AFTER_NS;
}

uint64_t warm_pace_ns(const struct warm_pace *p, uint64_t now_ns)
{
	return is_in_storm(p, now_ns) ? WARM_STORM_NS : WARM_OFTEN_NS + p->later_ns;
}

uint64_t warm_pace_due_ns(const struct warm_pace *p, uint64_t touched_ns, uint64_t now_ns, bool is_mine)
{
	if (p->moving)
		touched_ns = now_ns;
	return touched_ns + warm_pace_ns(p, now_ns) + (is_mine ? 0 : WARM_SPARE_NS);
}

void warm_pace_moves(struct warm_pace *p, bool moves)
{
	p->moving = moves;
}

void warm_pace_moved(struct warm_pace *p, uint64_t now_ns)
{
	p->row = now_ns < p->moved_ns + WARM_ROW_NS ? p->row + 1 : 0;
	p->moved_ns = now_ns;
}

static void pace_set(struct warm_pace *p, uint64_t later_ns, uint64_t now_ns)
{
	p->later_ns = later_ns;
	p->changed_ns = now_ns;
}

void warm_pace_note(struct warm_pace *p, uint64_t began_ns, uint64_t ended_ns)
{
	uint64_t most_ns = WARM_SELDOM_NS - WARM_OFTEN_NS, half_ns = (WARM_OFTEN_NS + p->later_ns) / 2;

	if (!p->changed_ns)
		p->changed_ns = began_ns;
	if (ended_ns - began_ns >= WARM_COLD_NS)
		pace_set(p, half_ns > WARM_OFTEN_NS ? half_ns - WARM_OFTEN_NS : 0, ended_ns);
	else if (p->later_ns < most_ns && ended_ns - p->changed_ns >= WARM_CALM_NS)
		pace_set(p, p->later_ns + WARM_STEP_NS, ended_ns);
}
