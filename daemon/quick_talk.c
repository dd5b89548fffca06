/* Messages from threads to the main loop: they fill one buffer while it reads the other. */
#include "quick_talk.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "quick.h"

#define MOST_BYTES  (4U << 20)	/* some thousands of messages: a full look may take that long */
#define FIRST_BYTES (16U << 10)
#define KEPT_BYTES  (64U << 10) /* what a storm needed is not kept for the few that come later */

struct buffer {
	char *bytes;
	size_t used, size;
};

struct quick_talk {
	pthread_mutex_t lock; /* of said and is_told. Who waits for it may be real-time, and who has it is then too */
	struct buffer said, heard;
	size_t at; /* so much of heard was taken */
	int fd;	   /* eventfd: readable when is_told */
	bool is_told; /* said is not empty */
	_Atomic uint64_t n_said;
	uint64_t n_heard;
};

struct quick_talk *quick_talk_new(struct err *e)
{
	struct quick_talk *t = must_alloc(sizeof(*t));
	pthread_mutexattr_t attr;

	t->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->fd < 0) {
		fail(e, errno, "messages between threads: %s", strerror(errno));
		free(t);
		return NULL;
	}
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&t->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return t;
}

void quick_talk_free(struct quick_talk *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t->said.bytes);
	free(t->heard.bytes);
	close(t->fd);
	free(t);
}

int quick_talk_fd(const struct quick_talk *t)
{
	return t->fd;
}

static void fd_set_told(struct quick_talk *t, bool is_told)
{
	uint64_t one = 1;

	if (t->is_told == is_told)
		return;
	t->is_told = is_told;
	if ((is_told ? write(t->fd, &one, sizeof(one)) : read(t->fd, &one, sizeof(one))) < 0)
		abort(); /* it is at 0, or at 1 */
}

static bool buffer_add(struct buffer *b, const void *bytes, size_t n)
{
	if (b->used + n > MOST_BYTES)
		return false;
	while (b->used + n > b->size) {
		b->size = b->size ? b->size * 2 : FIRST_BYTES;
		b->bytes = must_realloc(b->bytes, b->size);
	}
	memcpy(b->bytes + b->used, bytes, n);
	b->used += n;
	return true;
}

static bool add(struct quick_talk *t, const struct quick_message *m, bool wakes)
{
	bool fits;

	pthread_mutex_lock(&t->lock);
	fits = buffer_add(&t->said, m, QUICK_MESSAGE_BYTES + m->paths_bytes);
	t->n_said += fits;
	if (fits && wakes)
		fd_set_told(t, true);
	pthread_mutex_unlock(&t->lock);
	return fits;
}

bool quick_talk_say(struct quick_talk *t, const struct quick_message *m)
{
	return add(t, m, true);
}

bool quick_talk_leave(struct quick_talk *t, const struct quick_message *m)
{
	return add(t, m, false);
}

static void buffers_swap(struct quick_talk *t)
{
	struct buffer empty = t->heard;

	empty.used = 0;
	if (empty.size > KEPT_BYTES) {
		free(empty.bytes);
		empty = (struct buffer){0};
	}
	pthread_mutex_lock(&t->lock);
	t->heard = t->said;
	t->said = empty;
	fd_set_told(t, false);
	pthread_mutex_unlock(&t->lock);
	t->at = 0;
}

/* Asked before every event: mostly there is nothing, and no lock needed to know it. */
bool quick_talk_hear(struct quick_talk *t, struct quick_message *ret)
{
	if (t->n_heard == t->n_said)
		return false;
	if (t->at == t->heard.used)
		buffers_swap(t);
	memcpy(ret, t->heard.bytes + t->at, QUICK_MESSAGE_BYTES);
	memcpy(ret->paths, t->heard.bytes + t->at + QUICK_MESSAGE_BYTES, ret->paths_bytes);
	t->at += QUICK_MESSAGE_BYTES + ret->paths_bytes;
	t->n_heard++;
	return true;
}
