/* Closes files by a thread of their own. */
#include "close_aside.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <cgq/memory.h>

struct closing {
	int files[CLOSE_ASIDE_MAX];
	unsigned n;
};

static void *close_all(void *ctx)
{
	struct closing *c = ctx;

	for (unsigned i = 0; i < c->n; i++)
		close(c->files[i]);
	free(c);
	return NULL;
}

/* Where there is no thread to be had, it is better to wait than to run out of descriptors. */
static void thread_begin(struct closing *c)
{
	pthread_attr_t how;
	pthread_t thread;

	pthread_attr_init(&how);
	pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&how, 64U << 10);
	if (pthread_create(&thread, &how, close_all, c))
		close_all(c);
	pthread_attr_destroy(&how);
}

void close_aside(const int *files, unsigned n)
{
	struct closing *c = must_alloc(sizeof(*c));

	for (unsigned i = 0; i < n; i++)
		if (files[i] >= 0)
			c->files[c->n++] = files[i];
	if (c->n)
		thread_begin(c);
	else
		free(c);
}
