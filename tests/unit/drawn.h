/* Policies, machines and processes drawn by lot, full of what is alike. */
#pragma once

#include "judged.h"
#include "lot.h"

#define ROWS_MAX 24

/* What processes are called, and what rules name: mostly that, and globs that fit some of it. */
static const char *const texts[] = {
	"a", "ab", "web", "web-1", "web-12", "webserver", "a-name-of-15-by", "a-name-of-15-byte", "a-name-of-15-bytes",
	"/a", "/a/b", "/a/b/c", "we[b", "w\\b", "a-very-long-text-of-thirty-three-b", "a-very-long-text-of-thirty-three-c",
};
static const char *const globs[] = {
	"*", "a*", "ab*", "web-*", "web-?", "w[ea]b*", "*b", "?b", "[aw]*", "w*-*", "a-name-of-15-b*", "\\web*", "/a/*",
	"we\\[*", "w\\\\*", "we[b*", "a-very-long-text-of-thirty-three*", "a-very-long-text-of-thirty-three-c*", "web*", "web-12*",
	"*very-long*-b", "?-name?of-15-by*", "*-name-of-[1]5-byte*", "*?-name*bytes", "*web-1?", "*\\we\\b-*", "*we[b", "*eb-1*",
};

static inline char *text_drawn(void)
{
	return draw(5) ? must_strdup(DRAW(texts)) : NULL;
}

static inline const char *value_drawn(enum match_kind kind)
{
	static const char *const accounts[] = {"u0", "u1", "u2", "u3", "u4", "u5"};
	static const char *const files[] = {"/f0", "/f1", "/f2", "/f3", "/f*", "/g*"};

	if (kind == MATCH_USER || kind == MATCH_GROUP)
		return DRAW(accounts);
	if (kind == MATCH_EXE)
		return DRAW(files);
	return draw(3) ? DRAW(texts) : DRAW(globs);
}

/* With repeated values, terms and kinds. */
static inline char *match_drawn(void)
{
	char *match = must_strdup("");

	for (unsigned terms = draw(20) ? 1 + draw(3) : 0; terms > 0; terms--) {
		enum match_kind kind = (enum match_kind)draw(MATCH__COUNT);
		char *longer = must_printf("%s %s%s:%s", match, draw(4) ? "" : "!", match_rows[kind].name, value_drawn(kind));

		free(match);
		match = longer;
		for (unsigned values = draw(3); values > 0; values--) {
			longer = must_printf("%s,%s", match, value_drawn(kind));
			free(match);
			match = longer;
		}
	}
	return match;
}

static inline struct policy *policy_drawn(void)
{
	struct row rows[ROWS_MAX];
	size_t n = draw(ROWS_MAX + 1);
	struct policy *p;

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct row){"g", match_drawn(), false};
	p = built_new(rows, n);
	for (size_t i = 0; i < n; i++) {
		p->rules[i].text = arena_strdup(&p->arena, rows[i].match);
		free((char *)rows[i].match);
	}
	return p;
}

struct machine_drawn {
	struct file_id files[BUILT_MAX][4];
	struct resolved_exe exes[BUILT_MAX];
	struct resolved_id users[BUILT_MAX], groups[BUILT_MAX];
	struct resolved r;
};

/* Some files are not there, some accounts do not exist, and two may be the same. */
static inline void machine_draw(struct machine_drawn *m)
{
	*m = (struct machine_drawn){.r = {.exes = m->exes, .users = m->users, .user_groups = m->groups}};
	for (unsigned i = 0; i < BUILT_MAX; i++) {
		m->users[i] = (struct resolved_id){draw(4), draw(4)};
		m->groups[i] = (struct resolved_id){draw(4), draw(4)};
		m->exes[i] = (struct resolved_exe){m->files[i], draw(ARRAY_SIZE(m->files[i]))};
		for (unsigned k = 0; k < ARRAY_SIZE(m->files[i]); k++)
			m->files[i][k] = (struct file_id){draw(2), draw(4)};
	}
}

static inline void world_draw(struct world *w)
{
	struct proc_facts *f = &w->truth;

	*w = (struct world){.unreadable = draw(3) ? 0 : draw(1U << FACT__COUNT) & ~FACT_BIT(FACT_STAT)};
	snprintf(f->comm, sizeof(f->comm), "%s", DRAW(texts));
	f->uid = draw(4);
	f->gid = draw(4);
	f->exe_dev = draw(2);
	f->exe_ino = draw(4);
	f->exe_name = text_drawn();
	f->args = text_drawn();
	f->argv0_name = text_drawn();
	f->script_name = text_drawn();
	f->tag = text_drawn();
	for (size_t h = 0; h < ARRAY_SIZE(f->cgroups); h++)
		f->cgroups[h] = h < 3 || h + 1 == ARRAY_SIZE(f->cgroups) ? text_drawn() : NULL;
	f->manager_cgroup = text_drawn();
	f->unit = text_drawn();
	for (size_t i = 0; i < ARRAY_SIZE(f->parent_names); i++)
		f->parent_names[i] = text_drawn();
}
