/* How the namespaces of groups stand, for whoever asks. */
#include "keeping_parts.h"

#include <stdio.h>
#include <string.h>

/* Why there is no keeper; *ret_made: it was only just asked for. */
static const char *absence_text(const struct keeping *n, const char *group, bool *ret_made)
{
	const struct about *a = n ? keeping_about_find(n, group) : NULL;

	*ret_made = false;
	if (!n || !n->by.keep)
		return "nobody stays to make it";
	if (a && a->why_not[0])
		return a->why_not; /* also while it is tried again: nobody is told twice */
	*ret_made = true;
	return "it is being made";
}

void keeping_state(const struct keeping *n, const char *group, struct keeping_state *ret)
{
	const struct about *a = n ? keeping_about_find(n, group) : NULL;

	*ret = (struct keeping_state){ .keeper = n ? keepers_of_group(&n->book, group) : NULL };
	if (!ret->keeper)
		snprintf(ret->why_not, sizeof(ret->why_not), "%s", absence_text(n, group, &ret->is_made));
	if (a && n && keepers_left(&n->book, group))
		strcpy(ret->waits_for, a->waits_for);
	if (!a || !ret->keeper)
		return;
	ret->net_known = a->net_known;
	ret->net = a->result;
	strcpy(ret->net_why_not, a->net_why_not);
}

static bool is_within(const char *group, const char *above)
{
	size_t len = above ? strlen(above) : 0;

	return !above || (!strncmp(group, above, len) && (!group[len] || group[len] == '/'));
}

void keeping_left(const struct keeping *n, const char *group, void (*each)(void *ctx, const struct keeper *k, const char *who), void *ctx)
{
	for (size_t i = 0; n && i < n->book.n; i++) {
		const struct keeper *k = &n->book.list[i];
		char who[128] = "";

		if (k->state != KEEPER_LEAVING || !*k->link || !is_within(k->group, group))
			continue;
		n->by.name_users(n->by.ctx, k, who, sizeof(who));
		if (*who)
			each(ctx, k, who);
	}
}

static bool is_just_let_go(const struct keeping *n, const struct keeper *k)
{
	return k->state == KEEPER_LEAVING && k->let_go_ns && n->by.now_ns(n->by.ctx) - k->let_go_ns < LETS_GO_NS;
}

bool keeping_is_busy(const struct keeping *n)
{
	bool busy = n->asked;

	for (size_t i = 0; i < n->book.n; i++)
		busy |= is_just_let_go(n, &n->book.list[i]);
	return busy;
}

const struct own_pid_namespaces *keeping_own(const struct keeping *n)
{
	return &n->own;
}
