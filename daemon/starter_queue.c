/* Orders for the starter: which is next. */
#include "starter_queue.h"

#include <stddef.h>

void queue_init(struct questions *q)
{
	q->first = NULL;
	q->last = &q->first;
}

void queue_put(struct questions *q, struct question *a)
{
	a->next = NULL;
	*q->last = a;
	q->last = &a->next;
}

static struct question *take(struct questions *q, struct question **at)
{
	struct question *a = *at;

	*at = a->next;
	if (!*at)
		q->last = at;
	return a;
}

static bool is_start(const struct question *a)
{
	return a->order.kind == STARTER_START;
}

static bool has_room(const struct questions *q, uid_t uid)
{
	unsigned all = 0, same = 0;

	for (const struct question *a = q->first; a; a = a->next) {
		all += a->sent && is_start(a);
		same += a->sent && is_start(a) && a->order.uid == uid;
	}
	return all < STARTS_MAX && same < STARTS_USER_MAX;
}

struct question *queue_next(const struct questions *q)
{
	for (struct question *a = q->first; a; a = a->next) {
		if (!a->sent && (!is_start(a) || has_room(q, a->order.uid)))
			return a;
		if (!is_start(a))
			return NULL;
	}
	return NULL;
}

bool queue_is_any_sent(const struct questions *q)
{
	const struct question *a = q->first;

	while (a && !a->sent)
		a = a->next;
	return a;
}

bool queue_has_own(const struct questions *q)
{
	const struct question *a = q->first;

	while (a && is_start(a))
		a = a->next;
	return a;
}

struct question *queue_first(struct questions *q)
{
	return take(q, &q->first);
}

struct question *queue_own(struct questions *q)
{
	for (struct question **at = &q->first; *at; at = &(*at)->next)
		if (!is_start(*at))
			return take(q, at);
	return NULL;
}

struct question *queue_sent(struct questions *q, uint32_t serial)
{
	for (struct question **at = &q->first; *at; at = &(*at)->next)
		if ((*at)->sent && (*at)->order.serial == serial)
			return take(q, at);
	return NULL;
}

struct question *queue_unsent(struct questions *q, const void *ctx)
{
	for (struct question **at = &q->first; *at; at = &(*at)->next)
		if (!(*at)->sent && (*at)->ctx == ctx)
			return take(q, at);
	return NULL;
}
