/* The other side of delegation_helper. */
#include "delegation_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "delegation_helper.h"
#include "fd_message.h"

/* An answer takes two switches of a CPU; one that takes so long will never come. */
#define ANSWER_SECONDS 1

static const char refusal[] = "trusted.delegate needs CAP_SYS_ADMIN";

struct delegation_asker {
	struct helpers *helpers;
	bool refused;
	pthread_mutex_t lock; /* of what follows: threads that place at once ask too */
	int fd;		      /* the helper's; -1: nobody is asked */
	uint32_t serial;
	bool lost;
};

struct delegation_asker *delegation_asker_new(struct helpers *helpers)
{
	struct delegation_asker *a = must_alloc(sizeof(*a));

	a->helpers = helpers;
	a->fd = -1;
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void delegation_asker_free(struct delegation_asker *a)
{
	if (!a)
		return;
	helper_end(a->helpers, HELPER_DELEGATION);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* -errno: no answer came. */
static int question_put(int fd, uint32_t serial, const int *folder, struct delegation_answer *ret)
{
	const struct delegation_question q = {.serial = serial};
	int r = fd_message_send(fd, &q, sizeof(q), folder, folder ? 1 : 0, MSG_DONTWAIT);
	ssize_t n;

	if (r < 0)
		return r;
	while ((n = recv(fd, ret, sizeof(*ret), 0)) < 0 && errno == EINTR)
		;
	return n == sizeof(*ret) && ret->serial == serial ? 0 : n < 0 ? -errno : -EPROTO;
}

/* Asked for nothing, it says whether it could. */
static int helper_try(struct delegation_asker *a, int fd, struct err *e)
{
	const struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	struct delegation_answer answer = {0};
	int r;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	r = question_put(fd, 0, NULL, &answer);
	if (r < 0)
		return fail(e, -r, "a helper does not answer: %s", strerror(-r));
	a->refused = answer.error == EPERM;
	return a->refused ? fail(e, EPERM, "%s", refusal) : 0;
}

/* What is asked meanwhile has no answer, and nobody waits. */
static int helper_start(struct delegation_asker *a, struct err *e)
{
	int r;

	helper_end(a->helpers, HELPER_DELEGATION);
	r = helper_open(a->helpers, HELPER_DELEGATION, e);
	if (r == 0)
		r = helper_try(a, a->helpers->of[HELPER_DELEGATION].fd, e);
	if (r < 0) {
		helper_end(a->helpers, HELPER_DELEGATION);
		return r;
	}
	pthread_mutex_lock(&a->lock);
	a->fd = a->helpers->of[HELPER_DELEGATION].fd;
	a->lost = false;
	pthread_mutex_unlock(&a->lock);
	return 0;
}

int delegation_asker_ready(struct delegation_asker *a, struct err *e)
{
	bool is_ready;

	if (a->refused)
		return fail(e, EPERM, "%s", refusal);
	pthread_mutex_lock(&a->lock);
	is_ready = a->fd >= 0;
	pthread_mutex_unlock(&a->lock);
	return is_ready ? 0 : helper_start(a, e);
}

bool delegation_asker_is_lost(struct delegation_asker *a)
{
	bool lost;

	pthread_mutex_lock(&a->lock);
	lost = a->lost;
	pthread_mutex_unlock(&a->lock);
	return lost;
}

bool delegation_ask(struct delegation_asker *a, const char *folder)
{
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct delegation_answer answer = {0};

	if (fd < 0)
		return false;
	pthread_mutex_lock(&a->lock);
	if (a->fd >= 0 && question_put(a->fd, ++a->serial, &fd, &answer) < 0) {
		a->fd = -1;
		a->lost = true;
	}
	pthread_mutex_unlock(&a->lock);
	return answer.marked;
}
