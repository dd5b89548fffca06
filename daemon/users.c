/* Names of users, from /etc/passwd. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "users.h"

struct user {
	uid_t uid;
	size_t order; /* the first line of a uid counts */
	char *name;
};

struct users {
	struct user *list; /* sorted by uid */
	size_t n, cap;
	char number[16];
};

static int compare_user(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

struct users *users_load(void)
{
	struct users *u = must_alloc(sizeof(*u));
	auto_file FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *p;

	while (f && (p = fgetpwent(f))) {
		array_grow(u->list, u->n, u->cap);
		u->list[u->n] = (struct user){ p->pw_uid, u->n, must_strdup(p->pw_name) };
		u->n++;
	}
	if (u->n)
		qsort(u->list, u->n, sizeof(*u->list), compare_user);
	return u;
}

void users_free(struct users *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->n; i++)
		free(u->list[i].name);
	free(u->list);
	free(u);
}

const char *users_name(struct users *u, uid_t uid)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (u->list[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < u->n && u->list[low].uid == uid)
		return u->list[low].name;
	snprintf(u->number, sizeof(u->number), "%u", uid);
	return u->number;
}
