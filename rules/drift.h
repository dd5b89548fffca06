/*
 * What somebody else changed in our tree: it was in force, it is still wanted, and something else stands there now.
 * What a changed policy asks for was never in force, so it is none.
 */
#pragma once

#include <cgq/plan.h>
#include <cgq/tree.h>
#include <cgq/want.h>

/* One cgroup, as it was when all had been put right; paths and bits as in struct seen_cgroup. */
struct made_cgroup {
	const char *path;
	uint32_t hierarchies;
	uint32_t enabled;
	uint64_t values[KNOB__COUNT]; /* hash of the value that was wanted and in force; 0: none was */
};

/* All of them, by path. All zero: nothing is known, and nothing can have drifted. */
struct made {
	struct arena arena;
	struct made_cgroup *list;
	size_t n, cap;
	uint32_t base_enabled[HIERARCHIES_MAX];
	bool known;
};

void made_done(struct made *m);

enum drift_kind {
	DRIFT_VALUE,	  /* a limit holds something else */
	DRIFT_CGROUP,	  /* a cgroup is gone: removed or renamed */
	DRIFT_CONTROLLER, /* v2: a controller is no longer handed on */
	DRIFT_STRANGER,	  /* a cgroup stands in our tree that nobody asked for */
};

struct drift {
	enum drift_kind kind;
	unsigned hierarchy;
	unsigned group;	     /* GROUP_NONE: the tree, or nobody's */
	const char *path;    /* relative to the tree; NULL: the base */
	enum knob knob;	     /* of VALUE; else KNOB__COUNT */
	uint32_t controller; /* bit, of CONTROLLER */
	const char *file;    /* "memory.max", "cgroup.subtree_control"; NULL: the cgroup itself */
	const char *was;     /* what was found: "943718400", "gone" */
	const char *wanted;  /* what belongs there: "314572800", "there" */
	struct place at;     /* the line of the policy that asks for it */
};

/* Borrows paths of groups from the want; all else is in its arena. */
struct drifts {
	struct arena arena;
	struct drift *list;
	size_t n, cap;
};

void drifts_done(struct drifts *d);

/* before: as it was in force last. Of a cgroup that is gone, or a stranger, only the topmost is told. */
void drift_find(const struct want *w, const struct machine *m, const struct made *before, const struct tree *now,
		struct drifts *ret);

/* Would this action undo that drift, or is it of no use while the drift stands? */
bool drift_holds(const struct drift *d, const struct action *a);
/* Takes every action out of the plan that one of them holds. */
void plan_hold(struct plan *p, const struct drift *held, size_t n);

/*
 * What is in force now becomes what was. held: drift that stays known, since it was left, or was put back and may be
 * changed once more already. before is replaced.
 */
void made_take(struct made *before, const struct want *w, const struct machine *m, const struct tree *now,
	       const struct drift *held, size_t n_held);
