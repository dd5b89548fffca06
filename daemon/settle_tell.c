/* What was done becomes lines of the log and entries of the chronicle. */
#include "settle_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "log.h"
#include "placement.h"
#include "text.h"
#include "tree_path.h"

static bool happened(struct daemon *d, const struct happening *h)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return chronicle_add(d->chronicle, (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000, h);
}

/* Into the journal, or else as a line of the log: a storm that the chronicle leaves out is for the log, with -v. */
static void tell(struct daemon *d, enum log_level level, const struct happening *h, bool kept, const char *line)
{
	if (!kept || !journal_send(d->journal, log_priority(level), line, h))
		log_line(level, "%s", line);
}

void settle_say(struct daemon *d, enum log_level level, const struct happening *h, const char *fmt, ...)
{
	bool says_itself = h->text || h->what || h->pid;
	bool kept = says_itself && happened(d, h);
	struct happening whole = *h;
	auto_free char *line = NULL;
	va_list ap;
	int r;

	if (says_itself && !(kept && d->journal) && !log_shows(level))
		return; /* nobody would see the line: ten thousand moves need none */
	va_start(ap, fmt);
	r = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (r < 0) {
		line = NULL;
		return;
	}
	if (!says_itself) {
		whole.text = line;
		kept = happened(d, &whole);
	}
	tell(d, level, &whole, kept, line);
}

void settle_happened(struct daemon *d, const struct happening *h)
{
	auto_free char *line = must_printf("%s%s%s%s%s%s%s", happening_words[h->kind], h->group ? " " : "", h->group ? h->group : "",
					   h->what ? ": " : "", h->what ? h->what : "", h->text ? ": " : "", h->text ? h->text : "");

	if (happened(d, h))
		journal_send(d->journal, log_priority(LOG_LEVEL_INFO), line, h);
}

static const char *group_path(const struct daemon *d, unsigned group)
{
	return d->choice.policy && group < d->choice.policy->n_groups ? d->choice.policy->groups[group].path : NULL;
}

void settle_trouble(struct daemon *d, enum trouble_source source, unsigned group, const char *text)
{
	if (!troubles_add(&d->troubles, source, group, text))
		return;
	settle_say(d, LOG_LEVEL_WARNING,
		   &(struct happening){.kind = HAPPENING_TROUBLE, .group = group_path(d, group), .text = text}, "%s", text);
}

void settle_state_trouble(struct daemon *d, const struct err *e)
{
	auto_free char *text = must_printf("state: %s/%s", d->options.state, e->text);

	settle_trouble(d, TROUBLE_STATE, GROUP_NONE, text);
}

/* "file:line: text"; what was set has no line. */
static char *fault_line(const struct fault *f)
{
	if (override_is_path(f->at.file))
		return must_printf("%s: %s", f->at.file, f->text);
	return must_printf("%s:%u: %s", f->at.file, f->at.line, f->text);
}

void settle_tell_faults(struct daemon *d)
{
	const struct choice *c = &d->choice;

	for (size_t i = 0; i < c->faults.n; i++) {
		const struct fault *f = &c->faults.list[i];
		auto_free char *line = fault_line(f);

		if (f->severity == SEVERITY_FAULT)
			settle_say(d, LOG_LEVEL_ERROR,
				   &(struct happening){.kind = HAPPENING_REFUSE, .at = f->at, .text = f->text}, "%s", line);
		else
			log_line(f->severity == SEVERITY_WARNING ? LOG_LEVEL_WARNING : LOG_LEVEL_DETAIL, "%s", line);
	}
	for (size_t i = 0; i < c->n_refused; i++) {
		const char *next = c->refused[i].kept ? "its last good version stays in force" : "nothing of it is in force";

		settle_say(d, LOG_LEVEL_ERROR,
			   &(struct happening){.kind = HAPPENING_REFUSE, .what = c->refused[i].path, .text = next},
			   "%s: refused; %s", c->refused[i].path, next);
	}
}

static const char *const action_verbs[] = {"made", "emptied", "enabled in", "disabled in", "wrote", "removed", "reunited"};

void settle_tell_action(struct daemon *d, const struct action *a, int error, const struct err *e)
{
	char path[TREE_PATH_MAX];
	auto_free char *what = NULL;

	if (error) {
		settle_trouble(d, TROUBLE_APPLY, a->group, e->text);
		return;
	}
	d->writes++;
	machine_path(&d->machine, a->hierarchy, a->path, path, sizeof(path));
	what = must_printf("%s%s%s%s", d->machine.hierarchies[a->hierarchy].mount, path, a->file ? "/" : "",
			   a->file ? a->file : "");
	settle_say(d, LOG_LEVEL_DETAIL,
		   &(struct happening){.kind = HAPPENING_APPLY,
				       .group = group_path(d, a->group),
				       .at = a->at,
				       .what = what,
				       .was = a->was,
				       .now = a->text,
				       .text = action_verbs[a->kind]},
		   "%s %s%s%s%s%s%s", action_verbs[a->kind], d->machine.hierarchies[a->hierarchy].mount, path,
		   a->file ? " " : "", a->file ? a->file : "", a->text ? ": " : "", a->text ? a->text : "");
}

/* Where it came from, as one path: of the hierarchy that counts CPU, else of any. */
static const char *origin_of(const struct daemon *d, pid_t pid)
{
	const struct member *one = members_find(d->members, pid);
	int cpu = machine_hierarchy(&d->machine, CONTROLLER_CPU);

	if (!one)
		return NULL;
	if (cpu >= 0 && one->origins[cpu])
		return *one->origins[cpu] ? one->origins[cpu] : "/";
	for (unsigned h = 0; h < d->machine.n_hierarchies; h++)
		if (one->origins[h])
			return *one->origins[h] ? one->origins[h] : "/";
	return NULL;
}

static void count_move(struct daemon *d, pid_t pid, unsigned to)
{
	struct member *one = members_find(d->members, pid);
	/* One that goes back is still a member of what it leaves. */
	const char *from = group_path(d, !one ? GROUP_NONE : to == GROUP_NONE ? one->group : one->left);
	const char *into = group_path(d, to);

	if (into)
		group_moves_of(&d->moves, into)->in++;
	if (from)
		group_moves_of(&d->moves, from)->out++;
	if (one)
		one->left = GROUP_NONE;
}

static void tell_put_back(struct daemon *d, struct happening *h)
{
	h->kind = HAPPENING_DRIFT;
	h->was = d->drift.put_back_from;
	h->now = h->group;
	h->text = "somebody else moved it out; put back";
	settle_say(d, LOG_LEVEL_WARNING, h, "drift: pid %d (%s) of %s: somebody else moved it to %s; put back", (int)h->pid,
		   TEXT_ESCAPED(h->name), h->group, TEXT_ESCAPED(h->was));
}

void settle_moved(void *ctx, const struct proc_facts *f, unsigned group, unsigned rule, const struct err *e)
{
	struct daemon *d = ctx;
	const struct policy *p = d->choice.policy;
	const char *where = group == GROUP_NONE ? "where it came from" : p->groups[group].path;
	struct happening h = {
		.kind = group == GROUP_NONE ? HAPPENING_RETURN : HAPPENING_MOVE,
		.group = group_path(d, group),
		.pid = f->pid,
		.start_ticks = f->start_ticks,
		.name = f->comm,
	};
	auto_free char *text = NULL;

	sampler_told_move(d->sampler);
	if (e) {
		text = must_printf("%s: %s", where, e->text);
		settle_trouble(d, TROUBLE_PLACE, group, text);
		return;
	}
	count_move(d, f->pid, group);
	*(group == GROUP_NONE ? &h.now : &h.was) = origin_of(d, f->pid);
	if (rule < p->n_rules)
		h.at = p->rules[rule].at;
	if (d->drift.put_back == f->pid && group != GROUP_NONE) {
		tell_put_back(d, &h);
	} else if (rule < p->n_rules) {
		h.text = p->rules[rule].text;
		settle_say(d, LOG_LEVEL_DETAIL, &h, "pid %d (%s): moved to %s by %s:%u", (int)f->pid, TEXT_ESCAPED(f->comm),
			   where, h.at.file, h.at.line);
	} else {
		settle_say(d, LOG_LEVEL_DETAIL, &h, "pid %d (%s): moved to %s", (int)f->pid, TEXT_ESCAPED(f->comm), where);
	}
	d->drift.put_back = 0;
	free(take_ptr(d->drift.put_back_from));
}

void settle_ended(void *ctx, const struct member *one)
{
	struct daemon *d = ctx;

	departed_add(d->departed, one, placer_now_ns());
	if (d->keeping && keepers_of_pid(keeping_book(d->keeping), one->pid))
		d->kept_again = true; /* it is made anew, or what it kept is taken away */
	/* A server's workers come and go; what a rule names is what people ask for. */
	if (one->kind != VERDICT_FOLLOWS)
		settle_say(d, LOG_LEVEL_DETAIL,
			   &(struct happening){.kind = HAPPENING_EXIT,
					       .group = group_path(d, one->group),
					       .pid = one->pid,
					       .start_ticks = one->start_ticks,
					       .name = one->comm},
			   "pid %d (%s): ended", (int)one->pid, TEXT_ESCAPED(one->comm));
}

/* The line of the policy that asks for that limit; nowhere where it is an ancestor's, or nobody's. */
static struct place limit_at(const struct daemon *d, const char *group, enum knob knob)
{
	const struct policy *p = d->choice.policy;
	unsigned index = policy_group(p, group);
	struct place nowhere = {0};

	if (index == GROUP_NONE)
		return nowhere;
	return group_setting(&p->groups[index], knob_rows[knob].key)->at;
}

const char *settle_cgroup_group(const struct daemon *d, const char *path, char *buf, size_t size)
{
	for (size_t i = 0; d->want->in_place && i < d->want->n; i++)
		if (!strcmp(d->want->nodes[i].path, path))
			return group_path(d, d->want->nodes[i].group);
	return tree_group_path(path, buf, size);
}

void settle_hit(void *ctx, const char *path, enum hit what, uint64_t count)
{
	struct daemon *d = ctx;
	const struct hit_row *row = &hit_rows[what];
	char group[TREE_PATH_MAX];
	auto_free char *text = must_printf("%s, %llu time%s", row->words, (unsigned long long)count, count == 1 ? "" : "s");
	struct happening h = {
		.kind = what == HIT_OOM_KILL ? HAPPENING_OOM : HAPPENING_LIMIT,
		.group = settle_cgroup_group(d, path, group, sizeof(group)),
		.what = key_rows[knob_rows[row->knob].key].name,
		.text = text,
	};

	if (!h.group)
		return;
	h.at = limit_at(d, h.group, row->knob);
	settle_say(d, what == HIT_OOM_KILL ? LOG_LEVEL_WARNING : LOG_LEVEL_DETAIL, &h, "%s: %s: %s", h.group, h.what, text);
}

void settle_would(void *ctx, unsigned group, const struct place *at, const char *text)
{
	struct daemon *d = ctx;

	settle_say(d, LOG_LEVEL_INFO,
		   &(struct happening){.kind = HAPPENING_LIMIT, .group = group_path(d, group), .at = *at, .text = text}, "%s: %s",
		   group_path(d, group), text);
}

static void hierarchy_text(const struct hierarchy *h, char *buf, size_t size)
{
	buf[0] = '\0';
	for (int c = 0; c < CONTROLLER__COUNT; c++) {
		const char *name = h->version == 2 ? controller_rows[c].v2 : controller_rows[c].v1;
		size_t len = strlen(buf);

		if (h->controllers & 1U << c && name)
			snprintf(buf + len, size - len, "%s%s", len ? "," : "", name);
	}
}

static void tell_machine_line(struct daemon *d, enum log_level level, const char *text)
{
	settle_say(d, level, &(struct happening){.kind = HAPPENING_MACHINE, .text = text}, "%s", text);
}

static void tell_hierarchy(struct daemon *d, const struct hierarchy *was, const struct hierarchy *now)
{
	auto_free char *text = NULL;
	char name[128];

	hierarchy_text(now->controllers ? now : was, name, sizeof(name));
	if (!now->controllers)
		text = must_printf("the cgroup hierarchy of %s is no longer mounted at %s; what stands there stays in force, "
				   "unseen, until it is mounted again", name, was->mount);
	else if (!was || !was->controllers)
		text = must_printf("the cgroup hierarchy of %s is mounted at %s", name, now->mount);
	else if (strcmp(was->mount, now->mount) != 0)
		text = must_printf("the cgroup hierarchy of %s is mounted at %s now, no longer at %s", name, now->mount,
				   was->mount);
	if (text)
		tell_machine_line(d, now->controllers ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, text);
}

/* A hierarchy is mounted or taken away, and groups are to be enforced in another way. */
static void tell_placement(struct daemon *d, const struct machine *now)
{
	char was[PLACEMENT_TEXT_BYTES], text[PLACEMENT_TEXT_BYTES];
	auto_free char *line = NULL;

	placement_text(&d->machine, was);
	placement_text(now, text);
	if (!strcmp(was, text))
		return;
	line = must_printf("placement: %s", text);
	tell_machine_line(d, LOG_LEVEL_INFO, line);
}

void settle_tell_machine(struct daemon *d, const struct machine *now)
{
	auto_free char *text = must_printf("the machine changed: CPUs %s, %llu MiB of memory; everything is computed anew",
					   now->cpu_list, (unsigned long long)(now->memory_bytes >> 20));

	tell_machine_line(d, LOG_LEVEL_INFO, text);
	tell_placement(d, now);
	for (unsigned h = 0; h < now->n_hierarchies; h++) {
		const struct hierarchy *was = h < d->machine.n_hierarchies ? &d->machine.hierarchies[h] : NULL;

		if (was || now->hierarchies[h].controllers)
			tell_hierarchy(d, was, &now->hierarchies[h]);
	}
}

void settle_tell_result(struct daemon *d, enum why why, int policy_changed)
{
	static const char *const names[] = {"start", "reload", "folder", "verify", "names", "lost events", "the machine changed",
					    "reset", "drift", "a person", "set", "rollback", "polling", "units"};
	static const enum happening_kind kinds[] = {
		[WHY_START] = HAPPENING_START, [WHY_RELOAD] = HAPPENING_APPLY,	[WHY_FOLDER] = HAPPENING_APPLY,
		[WHY_VERIFY] = HAPPENING_APPLY, [WHY_NAMES] = HAPPENING_APPLY,	[WHY_LOST] = HAPPENING_APPLY,
		[WHY_MACHINE] = HAPPENING_APPLY, [WHY_RESET] = HAPPENING_PERSON, [WHY_DRIFT] = HAPPENING_APPLY,
		[WHY_PERSON] = HAPPENING_PERSON, [WHY_SET] = HAPPENING_PERSON, [WHY_ROLLBACK] = HAPPENING_ROLLBACK,
		[WHY_POLL] = HAPPENING_APPLY, [WHY_UNITS] = HAPPENING_APPLY,
	};

	log_line(LOG_LEVEL_DETAIL, "%s: %.1f ms to plan and apply, %.1f ms to judge %zu processes, %.1f ms to move", names[why],
		 (double)d->applied_ns / 1e6, (double)d->placer.looked_ns / 1e6, d->placer.looked,
		 (double)d->placer.moved_ns / 1e6);
	/* Each drift has a line of its own. */
	if ((why == WHY_VERIFY || why == WHY_POLL || why == WHY_FOLDER || why == WHY_DRIFT || why == WHY_UNITS) &&
	    !policy_changed &&
	    (d->writes == 0 || why == WHY_DRIFT))
		return;
	settle_say(d, LOG_LEVEL_INFO, &(struct happening){.kind = kinds[why]},
		   "%s: %zu groups, %zu rules, %u writes, %zu processes in groups%s%s", names[why],
		   d->choice.policy->n_groups, d->choice.policy->n_rules, d->writes, members_count(d->members),
		   d->passive ? "; passive: " : "", d->passive ? d->passive_reason : "");
}
