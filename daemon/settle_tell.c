/* What was done becomes lines of the log and entries of the chronicle. */
#include "settle_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "log.h"
#include "text.h"
#include "tree_path.h"

void settle_happened(struct daemon *d, const struct happening *h)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	chronicle_add(d->chronicle, (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000, h);
}

static const char *group_path(const struct daemon *d, unsigned group)
{
	return d->choice.policy && group < d->choice.policy->n_groups ? d->choice.policy->groups[group].path : NULL;
}

void settle_trouble(struct daemon *d, enum trouble_source source, unsigned group, const char *text)
{
	if (!troubles_add(&d->troubles, source, group, text))
		return;
	log_line(LOG_LEVEL_WARNING, "%s", text);
	settle_happened(d, &(struct happening){.kind = HAPPENING_TROUBLE, .group = group_path(d, group), .text = text});
}

void settle_tell_faults(struct daemon *d)
{
	static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_DETAIL};
	const struct choice *c = &d->choice;

	for (size_t i = 0; i < c->faults.n; i++) {
		const struct fault *f = &c->faults.list[i];

		if (override_is_path(f->at.file))
			log_line(levels[f->severity], "%s: %s", f->at.file, f->text);
		else
			log_line(levels[f->severity], "%s:%u: %s", f->at.file, f->at.line, f->text);
		if (f->severity == SEVERITY_FAULT)
			settle_happened(d, &(struct happening){.kind = HAPPENING_REFUSE, .at = f->at, .text = f->text});
	}
	for (size_t i = 0; i < c->n_refused; i++) {
		const char *next = c->refused[i].kept ? "its last good version stays in force" : "nothing of it is in force";

		log_line(LOG_LEVEL_ERROR, "%s: refused; %s", c->refused[i].path, next);
		settle_happened(d, &(struct happening){.kind = HAPPENING_REFUSE, .what = c->refused[i].path, .text = next});
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
	log_line(LOG_LEVEL_DETAIL, "%s %s%s%s%s%s%s", action_verbs[a->kind], d->machine.hierarchies[a->hierarchy].mount, path,
		 a->file ? " " : "", a->file ? a->file : "", a->text ? ": " : "", a->text ? a->text : "");
	what = must_printf("%s%s%s%s", d->machine.hierarchies[a->hierarchy].mount, path, a->file ? "/" : "",
			   a->file ? a->file : "");
	settle_happened(d, &(struct happening){.kind = HAPPENING_APPLY,
					       .group = group_path(d, a->group),
					       .at = a->at,
					       .what = what,
					       .was = a->was,
					       .now = a->text,
					       .text = action_verbs[a->kind]});
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

	if (e) {
		text = must_printf("%s: %s", where, e->text);
		settle_trouble(d, TROUBLE_PLACE, group, text);
		return;
	}
	if (rule < p->n_rules) {
		log_line(LOG_LEVEL_DETAIL, "pid %d (%s): moved to %s by %s:%u", (int)f->pid, TEXT_ESCAPED(f->comm), where,
			 p->rules[rule].at.file, p->rules[rule].at.line);
		h.at = p->rules[rule].at;
		h.text = p->rules[rule].text;
	} else {
		log_line(LOG_LEVEL_DETAIL, "pid %d (%s): moved to %s", (int)f->pid, TEXT_ESCAPED(f->comm), where);
	}
	*(group == GROUP_NONE ? &h.now : &h.was) = origin_of(d, f->pid);
	settle_happened(d, &h);
}

void settle_tell_result(struct daemon *d, enum why why, int policy_changed)
{
	static const char *const names[] = {"start", "reload", "folder", "verify", "names", "lost events", "the machine changed",
					    "reset", "set", "rollback"};

	log_line(LOG_LEVEL_DETAIL, "%s: %.1f ms to plan and apply, %.1f ms to judge %zu processes, %.1f ms to move", names[why],
		 (double)d->applied_ns / 1e6, (double)d->placer.looked_ns / 1e6, d->placer.looked,
		 (double)d->placer.moved_ns / 1e6);
	if ((why == WHY_VERIFY || why == WHY_FOLDER) && !policy_changed && d->writes == 0)
		return;
	log_line(LOG_LEVEL_INFO, "%s: %zu groups, %zu rules, %u writes, %zu processes in groups%s%s", names[why],
		 d->choice.policy->n_groups, d->choice.policy->n_rules, d->writes, members_count(d->members),
		 d->passive ? "; passive: " : "", d->passive ? d->passive_reason : "");
}
