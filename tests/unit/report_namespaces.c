/* How namespaces of groups are told: what is in force, what is not and why, and who is not in them yet. */
#include "toy_keeping.h"

#include "keeper_look.h"

static struct keeping *keeping_begin(struct world *w, struct toy *t)
{
	world_put_file(w, "60-more.conf", "\n[web]\nnamespace = net ipc:path:/nowhere\nnet.address = 10.0.0.2/24\nnet.out = 100Mbit\n"
					  "[batch]\nnamespace = net\n");
	world_choose(w);
	world_apply(w);
	return (struct keeping *)(w->v.keeping = toy_keeping(t));
}

/* The row of a key on web's page. */
static json_t *knob_of(json_t *page, const char *key)
{
	json_t *knobs = json_object_get(json_array_get(json_object_get(page, "groups"), 0), "knobs"), *knob;
	size_t i;

	json_array_foreach(knobs, i, knob)
		if (!strcmp(json_string_value(json_object_get(knob, "key")), key))
			return knob;
	return NULL;
}

static void what_is_being_made_is_not_in_force_and_what_fails_says_why(void **state)
{
	struct world *w = *state;
	struct toy t = { 0 };
	struct keeping *k = keeping_begin(w, &t);
	struct err e = { .text = "no room" };
	json_t *o;

	keeping_follow(k, w->choice.policy, false, false);
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].namespaces[0].kind", "\"net\"");
	assert_json(o, "groups[0].namespaces[0].in_force", "false");
	assert_json(o, "groups[0].namespaces[0].reason", "\"net: it is being made\"");
	assert_json(o, "groups[0].namespaces[1].reason", "\"ipc: /nowhere is no namespace\"");
	assert_json(o, "groups[0].netns", "null");
	assert_json(knob_of(o, "net.out"), "reason", "\"net.out: it is being made\"");
	assert_json(knob_of(o, "net.out"), "at.line", "5");
	assert_json(knob_of(o, "net.address"), "wanted", "\"10.0.0.2/24\""); /* where a narrow page has no room for what is set */
	json_decref(o);
	t.kept(t.kept_ctx, -ENOSPC, 0, &e);
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].namespaces[0].reason", "\"net: no room\"");
	assert_json(knob_of(o, "namespace"), "reason", "\"net: no room\"");
	json_decref(o);
	o = report_status(&w->v, "batch");
	assert_json(o, "groups[0].namespaces[0].reason", "\"passive: nothing is made\"");
	json_decref(o);
	keeping_free(k);
}

static void a_rate_is_told_as_it_was_read_back(void **state)
{
	struct net_result result = { .out_bytes = 1500000, .why_not = { [NET_PART_IN] = "no room in the kernel" } };
	struct world *w = *state;
	struct toy t = { .own_net = 7 };
	struct keeping *k = keeping_begin(w, &t);
	json_t *o;

	keeping_follow(k, w->choice.policy, false, false);
	t.kept(t.kept_ctx, 0, getpid(), NULL);
	keeping_follow(k, w->choice.policy, false, false);
	t.netted(t.netted_ctx, 0, &result, NULL);
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].netns", "\"cgq-web\"");
	assert_json(knob_of(o, "net.out"), "in_force", "true");
	assert_json(knob_of(o, "net.out"), "wanted", "\"100Mbit\"");
	assert_json(knob_of(o, "net.out"), "effective", "\"12Mbit\"");
	json_decref(o);
	keeping_free(k);
}

/* Web's are kept by ourselves, and pid is a member of it. */
static struct keeping *kept_begin(struct world *w, struct toy *t, pid_t pid)
{
	struct keeping *k = keeping_begin(w, t);

	world_member(w, pid, "web");
	keeping_follow(k, w->choice.policy, false, false);
	t->kept(t->kept_ctx, 0, getpid(), NULL);
	return k;
}

static void who_was_not_started_in_the_group_is_pending(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("web");
	struct toy t = { .own_net = 7 };
	struct keeping *k = kept_begin(w, &t, pid);
	json_t *o;

	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].pending", "1");
	json_decref(o);
	o = report_ps(&w->v, "web");
	assert_json(o, "processes[0].namespace", "\"pending\"");
	assert_json(o, "processes[0].pending", "[\"net\"]");
	json_decref(o);
	keepers_of_group(keeping_book(k), "web")->inodes[NAMESPACE_NET] = namespace_inode(0, NAMESPACE_NET);
	o = report_ps(&w->v, "web");
	assert_json(o, "processes[0].namespace", "\"inside\"");
	assert_json(o, "processes[0].pending", "[]");
	json_decref(o);
	o = report_explain(&w->v, pid, NULL);
	assert_json(o, "namespace", "\"inside\"");
	json_decref(o);
	stop_sleeping(pid);
	keeping_free(k);
}

static void who_runs_in_the_old_network_is_pending_and_named_as_whom_the_new_one_waits_for(void **state)
{
	static const char reason[] = "net: waits for pid 812 (apache2) in the old network";
	struct world *w = *state;
	pid_t pid = start_sleeping("web");
	struct toy t = { .own_net = 7 };
	struct keeping *k = kept_begin(w, &t, pid);
	json_t *o;

	keepers_of_group(keeping_book(k), "web")->inodes[NAMESPACE_NET] = namespace_inode(0, NAMESPACE_NET);
	world_put_file(w, "60-more.conf", "[web]\nnamespace = net uts\n");
	world_choose(w);
	world_apply(w);
	keeping_follow(k, w->choice.policy, false, false);
	o = report_explain(&w->v, pid, NULL);
	assert_json(o, "namespace", "\"pending\"");
	assert_json(o, "pending", "[\"net\",\"uts\"]");
	assert_json(o, "namespace_waits", "\"pid 812 (apache2)\"");
	json_decref(o);
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].pending", "1");
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(json_array_get(
				    json_object_get(o, "groups"), 0), "namespaces"), 0), "reason")), reason);
	json_decref(o);
	stop_sleeping(pid);
	keeping_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_being_made_is_not_in_force_and_what_fails_says_why, world_new, world_done),
		cmocka_unit_test_setup_teardown(a_rate_is_told_as_it_was_read_back, world_new, world_done),
		cmocka_unit_test_setup_teardown(who_runs_in_the_old_network_is_pending_and_named_as_whom_the_new_one_waits_for, world_new,
						world_done),
		cmocka_unit_test_setup_teardown(who_was_not_started_in_the_group_is_pending, world_new, world_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
