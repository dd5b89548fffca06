/* Who keeps the namespaces of groups: what is asked for, and what is left when anything fails or dies at any point. */
#include "policy_help.h"
#undef fail

#include <errno.h>

#include "keeping.h"

/* A machine with processes, names and links, and the starter's answers that are still to come. */
struct toy_process {
	bool lives, told_to_go, is_keeper;
	unsigned users; /* programs in its namespaces */
	uint32_t kinds;
	char name[KEEPER_NAME_BYTES], link[KEEPER_LINK_BYTES], group[64];
};

enum toy_order { TOY_KEEP, TOY_NET, TOY_FORGET };

struct toy_answer {
	enum toy_order what;
	int error;
	pid_t pid;
	struct net_result net;
	void *answer, *ctx;
};

struct toy {
	struct toy_process list[64]; /* by pid */
	pid_t n;
	char names[8][KEEPER_NAME_BYTES], links[8][KEEPER_LINK_BYTES];
	struct toy_answer answers[32];
	size_t n_answers;
	struct keepers saved;
	bool ends_at_once;
	struct keeping *k;
	uint64_t now_ns;
	unsigned told, agains, nets;
	int refuses;		/* every keep, with this */
	int refuses_net;
	bool disk_full;
	unsigned dies_in;	/* before so many more calls are made; 0: never */
	bool dead;		/* cgqd: nothing that it calls has any effect any more */
	struct net last_net;
};

static bool is_dead(struct toy *t)
{
	t->dead |= t->dies_in && --t->dies_in == 0;
	return t->dead;
}

static char *slot(char *list, size_t size, const char *text)
{
	for (unsigned i = 0; i < 8; i++)
		if (!strcmp(list + i * size, text))
			return list + i * size;
	return NULL;
}

static void slot_put(char *list, size_t size, const char *text)
{
	if (*text && !slot(list, size, text))
		strcpy(slot(list, size, ""), text);
}

static void slot_drop(char *list, size_t size, const char *text)
{
	char *at = *text ? slot(list, size, text) : NULL;

	if (at)
		*at = '\0';
}

static void answer_add(struct toy *t, struct toy_answer a)
{
	assert_true(t->n_answers < 32);
	t->answers[t->n_answers++] = a;
}

static int toy_keep(void *ctx, const struct starter_keep *q, starter_kept *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;
	struct toy_answer a = { .what = TOY_KEEP, .answer = (void *)answer, .ctx = answer_ctx };

	if (is_dead(t))
		return -EPIPE;
	if (t->refuses)
		a.error = t->refuses;
	else if (*q->name && slot(t->names[0], KEEPER_NAME_BYTES, q->name))
		a.error = -EEXIST; /* somebody else's, as far as the starter can know */
	if (!a.error) {
		struct toy_process *p = &t->list[a.pid = ++t->n];

		*p = (struct toy_process){ .lives = true, .is_keeper = true, .kinds = q->kinds };
		snprintf(p->group, sizeof(p->group), "%s", q->group);
		snprintf(p->name, sizeof(p->name), "%s", q->name);
		slot_put(t->names[0], KEEPER_NAME_BYTES, q->name);
	}
	answer_add(t, a);
	return 0;
}

static int toy_net(void *ctx, const struct starter_net *q, starter_netted *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t))
		return -EPIPE;
	t->nets++;
	t->last_net = *q->net;
	t->last_net.interface = NULL;
	if (!t->refuses_net) {
		strcpy(t->list[q->keeper].link, q->link);
		slot_put(t->links[0], KEEPER_LINK_BYTES, q->link);
	}
	answer_add(t, (struct toy_answer){ TOY_NET, t->refuses_net, 0, { .out_bytes = q->net->out_bytes }, (void *)answer,
					   answer_ctx });
	return 0;
}

static int toy_forget(void *ctx, const char *name, const char *link, starter_done *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t))
		return -EPIPE;
	slot_drop(t->names[0], KEEPER_NAME_BYTES, name);
	slot_drop(t->links[0], KEEPER_LINK_BYTES, link);
	answer_add(t, (struct toy_answer){ .what = TOY_FORGET, .answer = (void *)answer, .ctx = answer_ctx });
	return 0;
}

static int toy_identify(void *ctx, struct keeper *k)
{
	struct toy *t = ctx;

	if (is_dead(t) || !t->list[k->pid].lives)
		return -ESRCH;
	if (t->ends_at_once) {
		t->list[k->pid].lives = t->ends_at_once = false;
		return -ESRCH;
	}
	k->start_ticks = (uint64_t)k->pid * 10;
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		k->inodes[kind] = (uint64_t)k->pid * 100 + kind;
	return 0;
}

static bool toy_lives(void *ctx, const struct keeper *k)
{
	return ((struct toy *)ctx)->list[k->pid].lives;
}

static bool toy_uses(void *ctx, const struct keeper *k)
{
	return ((struct toy *)ctx)->list[k->pid].users;
}

static pid_t toy_find(void *ctx, const struct keeper *k)
{
	struct toy *t = ctx;

	for (pid_t pid = 1; pid <= t->n; pid++)
		if (t->list[pid].lives && t->list[pid].is_keeper && !strcmp(t->list[pid].name, k->name))
			return pid;
	return 0;
}

static int toy_let_go(void *ctx, const struct keeper *k, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t))
		return -EPERM;
	t->list[k->pid].told_to_go = true;
	return 0;
}

static void toy_tell(void *ctx, const struct keeper *k, const char *text)
{
	((struct toy *)ctx)->told++;
}

static void toy_again(void *ctx)
{
	((struct toy *)ctx)->agains++;
}

static int toy_save(void *ctx, struct keepers *k)
{
	struct toy *t = ctx;

	if (is_dead(t) || t->disk_full)
		return -ENOSPC;
	free(t->saved.list);
	t->saved = *k;
	t->saved.list = must_alloc((k->n + 1) * sizeof(*k->list));
	memcpy(t->saved.list, k->list, k->n * sizeof(*k->list));
	t->saved.cap = k->n + 1;
	k->changed = false;
	return 0;
}

static uint64_t toy_now(void *ctx)
{
	return ((struct toy *)ctx)->now_ns;
}

static void toy_begin(struct toy *t)
{
	const struct keeping_by by = { toy_keep, toy_net,  toy_forget, toy_identify, toy_lives, toy_uses, toy_find,
				       toy_let_go, toy_tell, toy_again, toy_again, toy_save,     toy_now,	  t };
	struct keepers *book;

	t->now_ns += 1000000000;
	t->dead = false;
	t->dies_in = 0;
	t->k = keeping_new(&by, "cgq");
	book = keeping_book(t->k);
	book->list = must_alloc((t->saved.n + 1) * sizeof(*book->list));
	memcpy(book->list, t->saved.list, t->saved.n * sizeof(*book->list));
	book->n = t->saved.n;
	book->cap = t->saved.n + 1;
	keeping_take_over(t->k);
}

static void toy_end(struct toy *t)
{
	keeping_free(t->k);
	t->k = NULL;
	t->n_answers = 0;
}

/* cgqd is killed, and started anew. */
static void toy_restart(struct toy *t)
{
	toy_end(t);
	toy_begin(t);
}

static void toy_done(struct toy *t)
{
	toy_end(t);
	free(t->saved.list);
}

/* Keepers that nobody needs end; answers come. */
static void toy_pass(struct toy *t, int lost)
{
	for (pid_t pid = 1; pid <= t->n; pid++)
		t->list[pid].lives &= !t->list[pid].told_to_go || t->list[pid].users;
	while (t->n_answers && !t->dead) {
		struct toy_answer a = t->answers[0];
		struct err e = { .text = "no" };

		memmove(t->answers, t->answers + 1, --t->n_answers * sizeof(a));
		a.error = lost ? lost : a.error;
		if (a.what == TOY_KEEP)
			((starter_kept *)a.answer)(a.ctx, a.error, a.pid, &e);
		else if (a.what == TOY_NET)
			((starter_netted *)a.answer)(a.ctx, a.error, a.error ? NULL : &a.net, &e);
		else
			((starter_done *)a.answer)(a.ctx, a.error, &e);
	}
}

static void toy_settle(struct toy *t, const struct policy *p, bool passive)
{
	for (unsigned i = 0; i < 6 && !t->dead; i++) {
		keeping_follow(t->k, p, passive, false);
		toy_pass(t, 0);
	}
}

static unsigned count(const char *list, size_t size)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 8; i++)
		n += list[i * size] != '\0';
	return n;
}

static unsigned keepers_living(const struct toy *t)
{
	unsigned n = 0;

	for (pid_t pid = 1; pid <= t->n; pid++)
		n += t->list[pid].lives;
	return n;
}

#define assert_stands(t, living, named)                                                                              \
	do {                                                                                                         \
		assert_int_equal(keepers_living(t), living);                                                         \
		assert_int_equal(count((t)->names[0], KEEPER_NAME_BYTES), named);                                    \
		assert_int_equal(count((t)->links[0], KEEPER_LINK_BYTES), named);                                    \
	} while (0)

static const char two[] = "[web]\nnamespace = net pid\nnet.address = 10.0.0.2/24\n[web/php]\nnamespace = uts\n[db]\n";

static void each_group_that_wants_them_has_one_keeper(void **state)
{
	struct policy *p = help_policy(two);
	struct keeping_state s;
	struct toy t = { 0 };

	toy_begin(&t);
	keeping_follow(t.k, p, false, false);
	keeping_state(t.k, "web", &s);
	assert_null(s.keeper);
	assert_string_equal(s.why_not, "it is being made");
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.keeper->name, "cgq-web");
	assert_string_equal(s.why_not, "");
	assert_true(s.net_known);
	assert_int_equal(keeping_own(t.k)->n, 1);
	assert_int_equal(keeping_own(t.k)->inodes[0], s.keeper->inodes[NAMESPACE_PID]);
	assert_int_equal(t.nets, 1); /* a second look asks for nothing */
	toy_restart(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	policy_free(p);
	toy_done(&t);
}

static void what_is_wanted_no_more_goes_once_nobody_needs_it(void **state)
{
	struct policy *p = help_policy(two), *none = help_policy("[web]\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 2;
	toy_settle(&t, none, false);
	assert_stands(&t, 1, 1); /* nobody dies, nor loses its network */
	t.list[1].users = 0;
	toy_settle(&t, none, false);
	assert_stands(&t, 0, 0);
	assert_int_equal(keeping_book(t.k)->n, 0);
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	toy_settle(&t, p, true); /* reset */
	assert_stands(&t, 0, 0);
	policy_free(p);
	policy_free(none);
	toy_done(&t);
}

static void changed_kinds_wait_for_those_who_run_in_the_network(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n"), *more = help_policy("[web]\nnamespace = net uts\n");
	struct keeping_state s;
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 1;
	toy_settle(&t, more, false);
	assert_stands(&t, 1, 1);
	keeping_state(t.k, "web", &s);
	assert_null(s.keeper);
	assert_non_null(strstr(s.why_not, "programs still run in the network that it had"));
	t.list[1].users = 0;
	toy_settle(&t, more, false);
	assert_stands(&t, 1, 1);
	keeping_state(t.k, "web", &s);
	assert_int_equal(s.keeper->pid, 2);
	policy_free(p);
	policy_free(more);
	toy_done(&t);
}

static void changed_kinds_without_a_network_wait_for_nobody(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = ipc\n"), *more = help_policy("[web]\nnamespace = ipc uts\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 1;
	toy_settle(&t, more, false);
	assert_stands(&t, 2, 0);
	policy_free(p);
	policy_free(more);
	toy_done(&t);
}

static void a_killed_keeper_is_made_anew_and_who_lived_with_it_goes_on(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n[db]\nnamespace = ipc\n");
	struct toy t = { 0 };
	unsigned told;

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].lives = t.list[2].lives = false;
	for (pid_t pid = 1; pid <= 2; pid++)
		t.list[pid].users = strcmp(t.list[pid].group, "web") == 0;
	told = t.told;
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1); /* db's; web waits, and its network stays as it is */
	assert_int_equal(t.told, told + 1);
	toy_restart(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1);
	t.list[1].users = t.list[2].users = 0;
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	policy_free(p);
	toy_done(&t);
}

static void a_name_of_somebody_else_is_refused_and_left_alone(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct keeping_state s;
	struct toy t = { 0 };

	slot_put(t.names[0], KEEPER_NAME_BYTES, "cgq-web");
	toy_begin(&t);
	toy_settle(&t, p, false);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.why_not, "no");
	assert_int_equal(keeping_book(t.k)->n, 0);
	keeping_follow(t.k, p, false, false);
	t.dead = true; /* while it is asked for: the next one finds nobody of ours behind that name */
	toy_restart(&t);
	assert_int_equal(count(t.names[0], KEEPER_NAME_BYTES), 1);
	toy_settle(&t, p, true);
	assert_int_equal(count(t.names[0], KEEPER_NAME_BYTES), 1);
	policy_free(p);
	toy_done(&t);
}

static void what_fails_is_tried_again_later_or_at_a_verify(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\nnet.out = 1Mbit\n");
	struct keeping_state s;
	struct toy t = { .refuses = -ENOSPC };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.refuses = 0;
	t.refuses_net = -ENODEV;
	toy_settle(&t, p, false);
	assert_int_equal(keepers_living(&t), 0); /* not at once */
	keeping_follow(t.k, p, false, true);
	toy_pass(&t, 0);
	toy_settle(&t, p, false);
	assert_int_equal(keepers_living(&t), 1);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.net_why_not, "no");
	assert_int_equal(t.nets, 1);
	t.refuses_net = 0;
	t.now_ns += 10000000000;
	toy_settle(&t, p, false);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.net_why_not, "");
	assert_int_equal(s.net.out_bytes, 125000);
	policy_free(p);
	toy_done(&t);
}

static void one_that_ends_at_once_leaves_no_name(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { .ends_at_once = true };

	toy_begin(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1);
	policy_free(p);
	toy_done(&t);
}

static void a_changed_rate_is_asked_for_and_nothing_is_made_anew(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\nnet.out = 1Mbit\n");
	struct policy *q = help_policy("[web]\nnamespace = net\nnet.out = 2Mbit\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 1;
	toy_settle(&t, q, false);
	assert_stands(&t, 1, 1);
	assert_int_equal(t.nets, 2);
	assert_int_equal(t.last_net.out_bytes, 250000);
	policy_free(p);
	policy_free(q);
	toy_done(&t);
}

static void what_cannot_be_written_down_is_not_made(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { .disk_full = true };

	toy_begin(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 0, 0);
	policy_free(p);
	toy_done(&t);
}

static void a_starter_that_dies_leaves_nothing_twice(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { 0 };

	toy_begin(&t);
	keeping_follow(t.k, p, false, false);
	toy_pass(&t, -EPIPE); /* it was made, and nobody could say so */
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1);
	keeping_follow(t.k, p, true, false);
	toy_pass(&t, 0);
	keeping_follow(t.k, p, true, false);
	toy_pass(&t, -EPIPE);
	toy_settle(&t, p, true);
	assert_stands(&t, 0, 0);
	assert_int_equal(keeping_book(t.k)->n, 0);
	policy_free(p);
	toy_done(&t);
}

/* cgqd dies before any of its calls, in the midst of a change from one policy to another; with all that it asked for done. */
static void a_death_at_any_point_loses_nothing(void **state)
{
	static const char *const texts[] = { "[web]\nnamespace = net\n", "[web]\nnamespace = net uts\n[db]\nnamespace = net\n",
					     "[web]\nnet.out = max\n", "[db]\nnamespace = net pid\n" };
	struct policy *p[ARRAY_SIZE(texts)];
	unsigned deaths = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		p[i] = help_policy(texts[i]);
	for (size_t from = 0; from < ARRAY_SIZE(texts); from++)
		for (size_t to = 0; to < ARRAY_SIZE(texts); to++)
			for (unsigned at = 1; at < 40; at++) {
				static const unsigned wanted[] = { 1, 2, 0, 1 };
				struct toy t = { 0 };

				toy_begin(&t);
				toy_settle(&t, p[from], false);
				t.dies_in = at;
				toy_settle(&t, p[to], false);
				deaths += t.dead;
				toy_restart(&t);
				toy_settle(&t, p[to], false);
				t.now_ns += 20000000000; /* what was refused meanwhile is tried again */
				toy_settle(&t, p[to], false);
				assert_stands(&t, wanted[to], wanted[to]);
				assert_int_equal(keeping_book(t.k)->n, wanted[to]);
				toy_done(&t);
			}
	assert_true(deaths > 50);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		policy_free(p[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_group_that_wants_them_has_one_keeper),
		cmocka_unit_test(what_is_wanted_no_more_goes_once_nobody_needs_it),
		cmocka_unit_test(changed_kinds_wait_for_those_who_run_in_the_network),
		cmocka_unit_test(changed_kinds_without_a_network_wait_for_nobody),
		cmocka_unit_test(a_killed_keeper_is_made_anew_and_who_lived_with_it_goes_on),
		cmocka_unit_test(a_name_of_somebody_else_is_refused_and_left_alone),
		cmocka_unit_test(what_fails_is_tried_again_later_or_at_a_verify),
		cmocka_unit_test(one_that_ends_at_once_leaves_no_name),
		cmocka_unit_test(a_changed_rate_is_asked_for_and_nothing_is_made_anew),
		cmocka_unit_test(what_cannot_be_written_down_is_not_made),
		cmocka_unit_test(a_starter_that_dies_leaves_nothing_twice),
		cmocka_unit_test(a_death_at_any_point_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
