/* Who asks at the gate is a member from there on: whom it forks is told of, though no rule names it. */
#include "ear.h"

#include <sys/eventfd.h>

#include <cgq/memory.h>

#include "daemon.h"

#define INODE 4711 /* of the file that it asks for */

/* A child of ours that forks once it is told to. */
struct forking {
	pid_t pid;
	int tell;
};

static struct forking forking_start(struct ear *ear)
{
	struct forking f;
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	f.pid = fork();
	if (f.pid == 0) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) == 1 && fork() == 0)
			_exit(0);
		wait(NULL);
		_exit(0);
	}
	close(ends[0]);
	f.tell = ends[1];
	listen_on(ear);
	return f;
}

static unsigned children_told_of(struct ear *ear, struct forking *f)
{
	unsigned n = 0;

	assert_int_equal(write(f->tell, "x", 1), 1);
	close(f->tell);
	waitpid(f->pid, NULL, 0);
	listen_on(ear);
	for (size_t i = 0; i < ear->n; i++)
		n += ear->heard[i].kind == EVENT_FORK && ear->heard[i].parent == f->pid;
	return n;
}

static void asks(struct ear *ear, pid_t pid, uint64_t inode)
{
	static struct strict_file file = {.dev = 1, .ino = INODE, .name = "efile", .fd = -1};
	/* It is the daemon itself, so that nothing is judged. */
	struct daemon d = {.filter = ear->filter, .placer = {.self = pid}, .strict_files = {&file, 1, 1}};

	settle_strict_asks(&d, &(struct gate_said){.pid = pid, .at_ns = placer_now_ns(), .dev = 1, .ino = inode});
}

static void whom_it_forks_is_told_of(void **state)
{
	static const struct event_wants nothing_wanted = {.any = false};
	struct ear *ear = *state;
	struct forking one, other, stranger;

	want(ear, &nothing_wanted);
	one = forking_start(ear);
	other = forking_start(ear);
	stranger = forking_start(ear);
	asks(ear, one.pid, INODE);
	asks(ear, stranger.pid, INODE + 1); /* for a file of no strict group any more */
	assert_int_equal(children_told_of(ear, &one), 1);
	assert_int_equal(children_told_of(ear, &other), 0);
	assert_int_equal(children_told_of(ear, &stranger), 0);
}

/* With an answer it would go on outside, and nobody would be told; without one the gate lets it, and tells. */
static void a_question_that_comes_too_late_has_no_answer(void **state)
{
	static struct strict_file file = {.dev = 1, .ino = INODE, .name = "efile", .fd = -1};
	struct daemon d = {.placer = {.self = getpid()}, .strict_files = {&file, 1, 1}};
	const uint64_t limit_ns = STRICT_LIMIT_MS * UINT64_C(1000000), now_ns = placer_now_ns();
	struct gate_said said = {.pid = getpid(), .at_ns = now_ns - limit_ns - 1, .dev = 1, .ino = INODE};

	assert_false(settle_strict_asks(&d, &said));
	said.ino++; /* of no strict group any more: nothing is to be decided */
	assert_true(settle_strict_asks(&d, &said));
	said.ino--;
	said.at_ns = now_ns;
	assert_true(settle_strict_asks(&d, &said));
	/* cgqd was at work, and it had to wait for its turn */
	said.at_ns = now_ns - limit_ns - 1;
	assert_true(settle_strict_asks(&d, &said));
}

/* Process events that wait for their batch. What is lost of them leads to a look at everything, which makes the list of files anew. */
struct waiting {
	sd_event *event;
	struct daemon d;
	int fd;
	unsigned taken;
};

static bool may_wait(void *ctx)
{
	return true;
}

static void take_and_make_files_anew(void *ctx)
{
	struct waiting *w = ctx;

	w->taken++;
	strict_files_done(&w->d.strict_files);
}

static void waiting_make(struct waiting *w, struct ear *ear, pid_t pid)
{
	struct strict_file *file = must_alloc(sizeof(*file));

	*file = (struct strict_file){.dev = 1, .ino = INODE, .name = "efile", .fd = -1};
	*w = (struct waiting){
		.d = {.filter = ear->filter, .placer = {.self = pid}, .strict_files = {file, 1, 1}},
		.fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	assert_true(sd_event_new(&w->event) >= 0);
	assert_int_equal(batch_new(w->event, &(struct batch_want){&w->fd, 1, may_wait, take_and_make_files_anew, w}, &w->d.batch, NULL),
			 0);
	assert_true(sd_event_run(w->event, 0) > 0);
}

static void waiting_done(struct waiting *w)
{
	strict_files_done(&w->d.strict_files);
	batch_free(w->d.batch);
	sd_event_unref(w->event);
	close(w->fd);
}

/* Asked for in the middle of a full look or not: the children that were told of. */
static unsigned children_of_one_that_asks(struct ear *ear, bool in_a_look, unsigned *ret_taken)
{
	static const struct event_wants nothing_wanted = {.any = false};
	struct forking one;
	struct waiting w;

	want(ear, &nothing_wanted);
	one = forking_start(ear);
	waiting_make(&w, ear, one.pid);
	w.d.placer.hears = in_a_look;
	settle_strict_asks(&w.d, &(struct gate_said){.pid = one.pid, .at_ns = placer_now_ns(), .dev = 1, .ino = INODE});
	*ret_taken = w.taken;
	waiting_done(&w);
	return children_told_of(ear, &one);
}

static void a_file_that_is_strict_no_more_once_what_waited_was_taken_is_not_asked_for(void **state)
{
	unsigned taken;

	assert_int_equal(children_of_one_that_asks(*state, false, &taken), 0);
	assert_int_equal(taken, 1);
}

static void in_the_middle_of_a_full_look_no_other_begins(void **state)
{
	unsigned taken;

	assert_int_equal(children_of_one_that_asks(*state, true, &taken), 1);
	assert_int_equal(taken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_that_is_strict_no_more_once_what_waited_was_taken_is_not_asked_for, ear_open,
						ear_close),
		cmocka_unit_test_setup_teardown(in_the_middle_of_a_full_look_no_other_begins, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(whom_it_forks_is_told_of, ear_open, ear_close),
		cmocka_unit_test(a_question_that_comes_too_late_has_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
