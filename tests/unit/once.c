/* A loss of events is made up for by one more look at everything, also where nobody stays to do it later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "daemon.h"

#include <cmocka.h>

static char dir[64];
static struct daemon d;
static unsigned looks, losses; /* full looks; in so many, from the first on, events are lost */
static void (*drain_really)(void *ctx);

static void drain_with_losses(void *ctx)
{
	drain_really(ctx);
	d.lost |= looks++ < losses;
}

/* A whole daemon, without a policy, so that it makes no cgroup. */
static int daemon_make(void **state)
{
	static char tree[32], settings[96], state_folder[96];
	struct options o = {.folders = {dir}, .n_folders = 1, .settings = settings, .state = state_folder, .tree = tree, .once = true};
	FILE *f;

	strcpy(dir, "/tmp/cgq-test-once-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(tree, sizeof(tree), "cgq-test-%d", (int)getpid());
	snprintf(settings, sizeof(settings), "%s/settings", dir);
	snprintf(state_folder, sizeof(state_folder), "%s/state", dir);
	f = fopen(settings, "w");
	if (!f || fclose(f) != 0 || daemon_open(&d, &o, NULL) < 0)
		return -1;
	looks = losses = 0;
	drain_really = d.placer.drain;
	d.placer.drain = drain_with_losses;
	return 0;
}

static int daemon_leave(void **state)
{
	auto_free char *command = must_printf("rm -rf '%s'", dir);

	daemon_close(&d);
	return system(command);
}

static void where_nothing_was_lost_one_look_is_enough(void **state)
{
	assert_int_equal(daemon_once(&d, NULL), 0);
	assert_int_equal(looks, 1);
}

static void a_loss_during_its_only_look_is_made_up_for(void **state)
{
	losses = 2;
	assert_int_equal(daemon_once(&d, NULL), 0);
	assert_int_equal(looks, 3);
	assert_false(d.lost);
}

static void one_that_loses_in_every_look_ends_and_says_so(void **state)
{
	losses = UINT32_MAX;
	assert_int_equal(daemon_once(&d, NULL), 1);
	assert_int_equal(looks, 5);
}

static void a_look_makes_up_for_what_was_lost_before_it_and_not_for_what_is_lost_meanwhile(void **state)
{
	d.lost = true;
	assert_int_equal(settle(&d, WHY_START, NULL), 0);
	assert_false(d.lost);
	losses = looks + 1;
	assert_int_equal(settle(&d, WHY_LOST, NULL), 0);
	assert_true(d.lost);
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, daemon_make, daemon_leave)
	const struct CMUnitTest tests[] = {
		LAW(where_nothing_was_lost_one_look_is_enough),
		LAW(a_loss_during_its_only_look_is_made_up_for),
		LAW(one_that_loses_in_every_look_ends_and_says_so),
		LAW(a_look_makes_up_for_what_was_lost_before_it_and_not_for_what_is_lost_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
