/* Execs that wait for an answer. */
#include "strict_pending.h"

#include <string.h>

bool pending_add(struct pending *p, const struct pending_one *one)
{
	if (p->n == PENDING_MAX)
		return false;
	p->list[p->n++] = *one;
	return true;
}

static void take(struct pending *p, size_t i, struct pending_one *ret)
{
	*ret = p->list[i];
	memmove(&p->list[i], &p->list[i + 1], (--p->n - i) * sizeof(p->list[0]));
}

/* Answers come in the order of questions, near enough: the first look finds it. */
bool pending_take(struct pending *p, uint64_t id, struct pending_one *ret)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].said.id == id) {
			take(p, i, ret);
			return true;
		}
	return false;
}

bool pending_take_old(struct pending *p, uint64_t before_ns, struct pending_one *ret)
{
	if (p->n == 0 || p->list[0].said.at_ns > before_ns)
		return false;
	take(p, 0, ret);
	return true;
}

bool pending_has_group(const struct pending *p, int group)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].group == group)
			return true;
	return false;
}
