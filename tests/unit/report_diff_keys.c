/* What Diff says of namespaces, networks and who may start programs, and what these changes mean to who runs. */
#include "toy_keeping.h"

#include <cgq/auto.h>

#include "keeper_look.h"

#define WEB_FILE "50-web.conf"
#define WEB      "[web]\nmatch = name:apache2\ncpu = 40%..100%\nmemory = 64M..128M\ntasks = 100\n"
#define REST     "[web/php]\nmatch = name:php\ncpu = 50%\n[batch]\nmatch = name:batch\nenforce = no\nmemory = 1G\n"

static json_t *diff(struct world *w, const char *text)
{
	struct err e = { 0 };
	auto_free char *all = must_printf("%s%s%s", WEB, text, REST);
	json_t *o = report_diff(&w->v, WEB_FILE, all, strlen(all), &e);

	if (!o)
		red("%s\n", e.text);
	return o;
}

static void in_force(struct world *w, const char *text)
{
	auto_free char *all = must_printf("%s%s%s", WEB, text, REST);

	world_put_file(w, WEB_FILE, all);
	world_choose(w);
	world_apply(w);
}

/* NULL: there is none. */
static json_t *setting_of(json_t *o, const char *key)
{
	json_t *action;
	size_t i;

	json_array_foreach(json_object_get(o, "actions"), i, action)
		if (!strcmp(json_string_value(json_object_get(action, "kind")), "setting") &&
		    !strcmp(json_string_value(json_object_get(action, "file")), key))
			return action;
	return NULL;
}

#define assert_setting(o, key, was_is, text_is, danger_is)                                                                     \
	do {                                                                                                                   \
		assert_json(setting_of(o, key), "was", was_is);                                                                \
		assert_json(setting_of(o, key), "text", text_is);                                                              \
		assert_json(setting_of(o, key), "danger", danger_is);                                                          \
	} while (0)

/* A member of web, and a keeper of its network that is this test; inside: the member is in what that keeps. */
static struct keeping *keep(struct world *w, struct toy *t, pid_t pid, bool inside)
{
	struct keeping *k = toy_keeping(t);

	world_member(w, pid, "web");
	w->v.keeping = k;
	keeping_follow(k, w->choice.policy, false, false);
	if (t->kept)
		t->kept(t->kept_ctx, 0, getpid(), NULL);
	if (inside)
		keepers_of_group(keeping_book(k), "web")->inodes[NAMESPACE_NET] = namespace_inode(0, NAMESPACE_NET);
	return k;
}

static void what_only_reads_otherwise_is_no_change(void **state)
{
	struct world *w = *state;
	json_t *o;

	in_force(w, "namespace = net pid\nnet.address = 10.0.0.2/24,10.0.0.3/24\nnet.out = 1Gbit\n");
	o = diff(w, "namespace = pid net\nnet.address = 10.0.0.3/24,10.0.0.2/24\nnet.out = 1000Mbit\nnet.mode = veth\n"
		    "net.masquerade = no\nnet.in = max\nstrict = no\n");
	assert_json(o, "actions", "[]");
	json_decref(o);
}

static void every_key_that_no_cgroup_shows_is_told_with_its_line(void **state)
{
	struct world *w = *state;
	json_t *o = diff(w, "namespace = net\nnet.address = 10.0.0.2/24\nnet.gateway = 10.0.0.1\nnet.mode = macvlan:eth0\n"
			    "net.masquerade = yes\nnet.out = 1Mbit\nnet.in = 2Mbit\nrun.users = alice\nstrict = yes\n");

	assert_setting(o, "namespace", "null", "\"net\"", "\"from the next start of a program in the group\"");
	assert_json(setting_of(o, "namespace"), "at.line", "6");
	assert_json(setting_of(o, "namespace"), "group", "\"web\"");
	assert_setting(o, "net.address", "null", "\"10.0.0.2/24\"", "null");
	assert_setting(o, "net.gateway", "null", "\"10.0.0.1\"", "null");
	assert_setting(o, "net.mode", "null", "\"macvlan:eth0\"", "null");
	assert_setting(o, "net.masquerade", "null", "\"yes\"", "null");
	assert_setting(o, "net.out", "null", "\"1Mbit\"", "null");
	assert_setting(o, "net.in", "null", "\"2Mbit\"", "null");
	assert_setting(o, "run.users", "null", "\"alice\"", "null");
	assert_setting(o, "strict", "null", "\"yes\"", "null");
	assert_int_equal(json_array_size(json_object_get(o, "actions")), 9);
	json_decref(o);
}

static void who_runs_is_outside_of_a_new_namespace_until_its_next_start(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("web");
	struct toy t = { 0 };
	struct keeping *k = keep(w, &t, pid, false);
	json_t *o = diff(w, "namespace = net:new\n");

	assert_setting(o, "namespace", "null", "\"net:new\"", "\"from the next start; outside until then: 1 process\"");
	json_decref(o);
	stop_sleeping(pid);
	keeping_free(k);
}

static void a_network_that_is_in_use_goes_or_is_made_anew_once_it_is_not(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("web");
	struct toy t = { .own_net = 7 };
	struct keeping *k;
	json_t *o;

	in_force(w, "namespace = net\n");
	k = keep(w, &t, pid, false);
	o = diff(w, "");
	assert_setting(o, "namespace", "\"net\"", "null", "null");
	json_decref(o);
	o = diff(w, "namespace = net uts\n");
	assert_setting(o, "namespace", "\"net\"", "\"net uts\"", "\"from the next start; outside until then: 1 process\"");
	json_decref(o);
	keepers_of_group(keeping_book(k), "web")->inodes[NAMESPACE_NET] = namespace_inode(0, NAMESPACE_NET);
	o = diff(w, "");
	assert_setting(o, "namespace", "\"net\"", "null", "\"goes with the last program in it; there are now: 1 process\"");
	json_decref(o);
	o = diff(w, "namespace = net uts\n");
	assert_setting(o, "namespace", "\"net\"", "\"net uts\"",
		       "\"made anew once nobody is in the old network, where there are now: 1 process\"");
	json_decref(o);
	stop_sleeping(pid);
	keeping_free(k);
}

static void connections_that_a_change_cuts_off_are_a_danger_while_somebody_is_in_the_network(void **state)
{
	static const char before[] = "namespace = net\nnet.address = 10.0.0.2/24\nnet.gateway = 10.0.0.1\n";
	struct world *w = *state;
	pid_t pid = start_sleeping("web");
	struct toy t = { 0 };
	struct keeping *k;
	json_t *o;

	in_force(w, before);
	k = keep(w, &t, pid, true);
	o = diff(w, "namespace = net\nnet.address = 10.0.0.2/24,10.0.0.3/24\nnet.gateway = 10.0.0.1\nnet.out = 1Mbit\n");
	assert_setting(o, "net.address", "\"10.0.0.2/24\"", "\"10.0.0.2/24,10.0.0.3/24\"", "null");
	assert_setting(o, "net.out", "null", "\"1Mbit\"", "null");
	json_decref(o);
	o = diff(w, "namespace = net\nnet.address = 10.0.0.9/24\nnet.mode = macvlan:eth0\n");
	assert_setting(o, "net.address", "\"10.0.0.2/24\"", "\"10.0.0.9/24\"",
		       "\"connections by an address that goes are cut off; in the network now: 1 process\"");
	assert_setting(o, "net.gateway", "\"10.0.0.1\"", "null",
		       "\"connections by a gateway that goes are cut off; in the network now: 1 process\"");
	assert_setting(o, "net.mode", "null", "\"macvlan:eth0\"",
		       "\"connections through the old link are cut off; in the network now: 1 process\"");
	json_decref(o);
	keepers_of_group(keeping_book(k), "web")->inodes[NAMESPACE_NET] = 7;
	o = diff(w, "namespace = net\nnet.address = 10.0.0.9/24\n");
	assert_setting(o, "net.address", "\"10.0.0.2/24\"", "\"10.0.0.9/24\"", "null");
	json_decref(o);
	stop_sleeping(pid);
	keeping_free(k);
}

static void a_network_of_each_start_changes_with_the_next(void **state)
{
	struct world *w = *state;
	json_t *o;

	in_force(w, "namespace = net:new\nnet.address = 10.0.0.2/24\n");
	o = diff(w, "namespace = net:new\nnet.address = 10.0.0.3/24\nnet.out = 1Mbit\n");
	assert_json(setting_of(o, "net.address"), "danger", "\"from the next start; those that run keep what they have\"");
	assert_json(setting_of(o, "net.out"), "danger", "\"from the next start; those that run keep what they have\"");
	json_decref(o);
}

static void a_passive_group_has_no_network_but_users(void **state)
{
	struct world *w = *state;
	json_t *o;

	in_force(w, "namespace = net\nnet.out = 1Mbit\nrun.users = alice\n");
	o = diff(w, "enforce = no\nnamespace = net\nnet.out = 2Mbit\nrun.users = bob\n");
	assert_setting(o, "namespace", "\"net\"", "null", "null");
	assert_setting(o, "net.out", "\"1Mbit\"", "null", "null");
	assert_setting(o, "run.users", "\"alice\"", "\"bob\"", "null");
	json_decref(o);
	w->v.passive = true; /* by a reset, which the reload ends */
	o = diff(w, "namespace = net\nnet.out = 1Mbit\nrun.users = alice\n");
	assert_setting(o, "namespace", "null", "\"net\"", "\"from the next start of a program in the group\"");
	assert_null(setting_of(o, "run.users"));
	json_decref(o);
	w->v.passive_stays = true;
	o = diff(w, "namespace = net uts\n");
	assert_null(setting_of(o, "namespace"));
	json_decref(o);
}

static void a_group_that_goes_takes_its_network_along(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	json_t *o;

	in_force(w, "namespace = net\nrun.users = alice\n");
	o = report_diff(&w->v, WEB_FILE, "[other]\nmatch = name:other\n", 26, &e);
	assert_non_null(o);
	assert_setting(o, "namespace", "\"net\"", "null", "null");
	assert_setting(o, "run.users", "\"alice\"", "null", "null");
	assert_json(setting_of(o, "namespace"), "group", "\"web\"");
	json_decref(o);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, world_new, world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_only_reads_otherwise_is_no_change),
		TEST(every_key_that_no_cgroup_shows_is_told_with_its_line),
		TEST(who_runs_is_outside_of_a_new_namespace_until_its_next_start),
		TEST(a_network_that_is_in_use_goes_or_is_made_anew_once_it_is_not),
		TEST(connections_that_a_change_cuts_off_are_a_danger_while_somebody_is_in_the_network),
		TEST(a_network_of_each_start_changes_with_the_next),
		TEST(a_passive_group_has_no_network_but_users),
		TEST(a_group_that_goes_takes_its_network_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
