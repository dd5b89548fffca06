/* Laws of which units matter, and whose they are, against a systemd of the test's own. */
#include "dir_tree.h"
#undef fail /* ours fills a struct err */

#include <errno.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "policy_text.h"
#undef fail
#include "unit_observe.h"

struct room {
	struct dir_tree *t;
	struct policy *policy;
	struct unit_book book;
	struct unit_store store;
	struct unit_look look;
	struct seen_units seen;
	struct unit_folders folders;
	char system[96];
};

/* What systemd says of one unit; else it is loaded and does not run. */
static struct said {
	const char *name;
	int error;
	const char *cgroup, *slice, *load_state, *active_state, *id;
	bool delegate, transient;
} said[8];
static size_t n_said;

static int fake_get(void *ctx, const char *name, struct unit_props *ret, struct err *e)
{
	struct said s = {.name = name};

	for (size_t i = 0; i < n_said; i++)
		if (!strcmp(said[i].name, name))
			s = said[i];
	if (s.error)
		return fail(e, s.error, "systemd: GetAll %s: no", name);
	*ret = (struct unit_props){.load_state = s.load_state ? s.load_state : "loaded",
				   .active_state = s.active_state ? s.active_state : "active",
				   .cgroup = s.cgroup ? s.cgroup : "",
				   .slice = s.slice ? s.slice : "",
				   .id = s.id ? s.id : name,
				   .delegate = s.delegate,
				   .transient = s.transient};
	ret->set[KNOB_TASKS_MAX] = (struct value){.kind = VALUE_NUMBER, .number = 4915};
	return 0;
}

static int room_new(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	void *t;

	dir_tree_v2(&t);
	r->t = t;
	n_said = 0;
	snprintf(r->system, sizeof(r->system), "%s/system", r->t->root);
	mkdir(r->system, 0755);
	r->folders = (struct unit_folders){r->system, r->system};
	*state = r;
	return 0;
}

static void room_forget(struct room *r)
{
	seen_units_done(&r->seen);
	policy_free(r->policy);
	r->policy = NULL;
}

static int room_done(void **state)
{
	struct room *r = *state;
	void *t = r->t;

	room_forget(r);
	unit_book_done(&r->book);
	unit_store_done(&r->store);
	dir_tree_done(&t);
	free(r);
	return 0;
}

static void say(struct said s)
{
	said[n_said++] = s;
}

static void book_add(struct room *r, const char *name, unsigned group)
{
	array_grow(r->book.list, r->book.n, r->book.cap);
	r->book.list[r->book.n++] = (struct book_unit){.name = must_strdup(name), .cgroup = must_strdup("/x"), .group = group, .members = 1};
}

/* The store is full of what cgqd changed. */
static void kept(struct room *r, const char *name, const char *group)
{
	struct unit_kept *u = unit_store_put(&r->store, name, group, (struct unit_folders_stand){0});

	unit_kept_put(&r->store, u, KNOB_TASKS_MAX, &(struct value){.kind = VALUE_MAX}, &(struct kept_file){0});
}

static int observe(struct room *r, const char *policy, bool passive)
{
	struct seen_units last = r->seen;
	struct err e;
	int result;

	policy_free(r->policy);
	r->policy = policy_of(policy);
	r->seen = (struct seen_units){0};
	r->look = (struct unit_look){{NULL, fake_get, NULL}, r->t->k, &r->t->m, 0, r->policy, passive, &r->book, &r->store, &r->folders, &last};
	result = unit_observe(&r->look, &r->seen, &e);
	seen_units_done(&last);
	return result;
}

static const struct seen_unit *seen(const struct room *r, const char *name)
{
	for (size_t i = 0; i < r->seen.n; i++)
		if (!strcmp(r->seen.list[i].name, name))
			return &r->seen.list[i];
	return NULL;
}

static unsigned group_of(const struct room *r, const char *name)
{
	const struct seen_unit *s = seen(r, name);

	assert_non_null(s);
	return s->group;
}

#define TWO "[a]\nmatch = unit:x.service\n[b]\nmatch = unit:x.service,y.service\n"

static void what_systemd_does_not_tell_of_keeps_nobody_else_from_being_limited(void **state)
{
	struct room *r = *state;
	const struct seen_unit *s;

	say((struct said){.name = "z@.service", .error = EINVAL});
	assert_int_equal(observe(r, "[a]\nmatch = unit:z@.service,y.service\n", false), 0);
	s = seen(r, "z@.service");
	assert_non_null(strstr(s->refusal, "z@.service: no; it is left as it is"));
	assert_null(s->cgroup);
	assert_null(seen(r, "y.service")->refusal);
	assert_int_equal(group_of(r, "y.service"), 0);
}

static void a_systemd_that_is_gone_is_told(void **state)
{
	struct room *r = *state;

	say((struct said){.name = "x.service", .error = ENOTCONN});
	assert_int_equal(observe(r, TWO, false), -ENOTCONN);
}

static void systemd_itself_is_never_limited(void **state)
{
	struct room *r = *state;

	say((struct said){.name = "init.scope", .cgroup = "/init.scope"});
	assert_int_equal(observe(r, "[a]\nmatch = unit:init.scope\n", false), 0);
	assert_non_null(seen(r, "init.scope")->refusal);
}

static void a_delegated_unit_is_left_alone_and_our_own_scope_is_not(void **state)
{
	struct room *r = *state;

	say((struct said){.name = "x.service", .cgroup = "/x.service", .delegate = true});
	say((struct said){.name = "y.service", .cgroup = "/y.service", .delegate = true, .transient = true});
	assert_int_equal(observe(r, TWO, false), 0);
	assert_non_null(strstr(seen(r, "x.service")->refusal, "delegated"));
	assert_null(seen(r, "y.service")->refusal);
}

static void by_another_name_no_unit_is_limited_a_second_time(void **state)
{
	struct room *r = *state;

	say((struct said){.name = "other.service", .cgroup = "/x.service", .id = "x.service"});
	assert_int_equal(observe(r, "[a]\nmatch = unit:other.service\n[b]\nmatch = unit:x.service\n", false), 0);
	assert_non_null(strstr(seen(r, "other.service")->refusal, "another name of x.service"));
	assert_null(seen(r, "other.service")->cgroup);
	assert_null(seen(r, "x.service")->refusal);
}

static void the_first_rule_has_the_unit_and_who_is_in_it_has_it_before_that(void **state)
{
	struct room *r = *state;

	assert_int_equal(observe(r, TWO, false), 0);
	assert_int_equal(group_of(r, "x.service"), 0);
	assert_int_equal(group_of(r, "y.service"), 1);
	book_add(r, "x.service", 1);
	assert_int_equal(observe(r, TWO, false), 0);
	assert_int_equal(group_of(r, "x.service"), 1);
}

static void a_rule_that_says_more_or_names_a_slice_or_a_glob_names_no_unit(void **state)
{
	struct room *r = *state;

	assert_int_equal(observe(r, "[a]\nmatch = unit:x.service user:root\n[b]\nmatch = unit:y*.service\n[c]\nmatch = unit:z.slice\n"
				    "[d]\nmatch = !unit:w.service\n", false), 0);
	assert_int_equal(r->seen.n, 0);
}

static void a_group_that_is_gone_or_passive_gives_its_units_back(void **state)
{
	struct room *r = *state;

	kept(r, "x.service", "gone");
	kept(r, "y.service", "b");
	kept(r, "system.slice", "");
	assert_int_equal(observe(r, "[b]\nmatch = name:b\n", false), 0);
	assert_int_equal(group_of(r, "x.service"), GROUP_NONE);
	assert_int_equal(group_of(r, "y.service"), 0); /* it will be that group's once it runs */
	assert_non_null(seen(r, "system.slice"));
	assert_int_equal(observe(r, "[b]\nmatch = name:b\nenforce = no\n", false), 0);
	assert_int_equal(group_of(r, "y.service"), GROUP_NONE);
	assert_int_equal(observe(r, "[b]\nmatch = name:b\n", true), 0);
	assert_int_equal(group_of(r, "y.service"), GROUP_NONE);
	assert_int_equal(seen(r, "y.service")->before[KNOB_TASKS_MAX].kind, VALUE_MAX);
}

static void one_that_runs_without_any_member_is_nobodys_unless_a_rule_names_it(void **state)
{
	struct room *r = *state;

	kept(r, "x.service", "b");
	say((struct said){.name = "x.service", .cgroup = "/x.service"});
	assert_int_equal(observe(r, "[b]\nmatch = name:b\n", false), 0);
	assert_int_equal(group_of(r, "x.service"), GROUP_NONE);
	assert_int_equal(observe(r, "[b]\nmatch = unit:x.service\n", false), 0);
	assert_int_equal(group_of(r, "x.service"), 0);
	book_add(r, "x.service", 0);
	assert_int_equal(observe(r, "[b]\nmatch = name:b\n", false), 0);
	assert_int_equal(group_of(r, "x.service"), 0);
}

/* Its own process has ended, or is yet to come, and systemd has not taken its cgroup away, or has made it already. */
static void one_that_is_restarted_stays_its_groups(void **state)
{
	struct room *r = *state;

	kept(r, "x.service", "b");
	kept(r, "y.service", "b");
	say((struct said){.name = "x.service", .cgroup = "/x.service", .active_state = "deactivating"});
	say((struct said){.name = "y.service", .cgroup = "/y.service", .active_state = "activating"});
	assert_int_equal(observe(r, "[b]\nmatch = name:b\n", false), 0);
	assert_int_equal(group_of(r, "x.service"), 0);
	assert_int_equal(group_of(r, "y.service"), 0);
}

static void slices_stand_before_what_is_in_them(void **state)
{
	struct room *r = *state;
	const struct seen_unit *s;

	say((struct said){.name = "x.service", .cgroup = "/a.slice/a-b.slice/x.service", .slice = "a-b.slice"});
	say((struct said){.name = "a-b.slice", .cgroup = "/a.slice/a-b.slice"});
	book_add(r, "x.service", 0);
	assert_int_equal(observe(r, TWO, false), 0);
	assert_string_equal(r->seen.list[0].name, "-.slice");
	assert_string_equal(r->seen.list[0].cgroup, "");
	for (size_t i = 1; i < r->seen.n; i++)
		assert_true(r->seen.list[i].slice < i);
	s = seen(r, "x.service");
	assert_string_equal(r->seen.list[s->slice].name, "a-b.slice");
	assert_string_equal(r->seen.list[r->seen.list[s->slice].slice].name, "a.slice");
}

/* Else its drop-in would be written again at each look. */
static void of_a_unit_that_is_not_there_its_drop_in_says_what_it_was_told(void **state)
{
	struct room *r = *state;
	struct unit_setting told = {KNOB_TASKS_MAX, {.kind = VALUE_NUMBER, .number = 5}};
	struct err e;

	say((struct said){.name = "x.service", .load_state = "not-found"});
	assert_int_equal(unit_file_put(&r->folders, "x.service", &told, 1, &e), 0);
	assert_int_equal(observe(r, TWO, false), 0);
	((struct seen_unit *)seen(r, "x.service"))->set[KNOB_TASKS_MAX] = told.value; /* as it is applied */
	assert_int_equal(observe(r, TWO, false), 0);
	assert_int_equal(seen(r, "x.service")->set[KNOB_TASKS_MAX].number, 5);
	assert_int_equal(unit_file_take(&r->folders, "x.service", 1U << KNOB_TASKS_MAX, &e), 0);
	assert_int_equal(observe(r, TWO, false), 0);
	assert_int_equal(seen(r, "x.service")->set[KNOB_TASKS_MAX].number, 4915);
}

#define in_room(test) cmocka_unit_test_setup_teardown(test, room_new, room_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(what_systemd_does_not_tell_of_keeps_nobody_else_from_being_limited),
		in_room(a_systemd_that_is_gone_is_told),
		in_room(systemd_itself_is_never_limited),
		in_room(a_delegated_unit_is_left_alone_and_our_own_scope_is_not),
		in_room(by_another_name_no_unit_is_limited_a_second_time),
		in_room(the_first_rule_has_the_unit_and_who_is_in_it_has_it_before_that),
		in_room(a_rule_that_says_more_or_names_a_slice_or_a_glob_names_no_unit),
		in_room(a_group_that_is_gone_or_passive_gives_its_units_back),
		in_room(one_that_runs_without_any_member_is_nobodys_unless_a_rule_names_it),
		in_room(one_that_is_restarted_stays_its_groups),
		in_room(slices_stand_before_what_is_in_them),
		in_room(of_a_unit_that_is_not_there_its_drop_in_says_what_it_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
