/* What an event and the full look share: one process, judged and put where it belongs. Private to the placer. */
#pragma once

#include "occupants.h"
#include "placer.h"

/* The group that may keep it: what its member entry says, while the rule that brought it still exists. */
unsigned place_kept_by(const struct placer *p, const struct member *one);

/*
 * Placed by what it is about to run, and that may still come: until then nothing that it was told of before counts, and
 * nothing that is seen of it.
 */
bool place_is_ahead(const struct member *one);

/* It is judged by what it is now: what it was to become no longer counts. */
void place_land(struct member *one, const struct verdict *v);

/* Is it another that has the number since then (CLOCK_MONOTONIC)? By FACT_STAT. */
bool place_is_younger(const struct proc_facts *f, uint64_t than_ns);

/* The entry of a process whose FACT_STAT was read, unless that is of an earlier one of its pid: then it is dropped. */
struct member *place_entry(struct placer *p, const struct proc_facts *f);

/* Looks where it really is, then carries the verdict out. */
void place_put(struct placer *p, struct proc_facts *f, const struct verdict *v);

/* cgqd itself, or a helper of it: never placed. */
bool place_is_own(const struct placer *p, pid_t pid);

/* What became of a process. */
enum carried {
	CARRIED_MEMBER, /* it is where it belongs, or could not be moved: its entry stays */
	CARRIED_AWAY,	/* no member any more: the entry is to go, though not before its children have asked it for their origins */
	/*
	 * It ended meanwhile. What it forked before is still to be told of, and asks its entry where it came from: that goes
	 * with the event of its exit, or with the next full look.
	 */
	CARRIED_GONE,
};

/*
 * Example: web's members are to stand in cpu, cpuacct and memory (bits 0, 1, 2). One that somebody moved out of
 * memory alone has in_tree = inside = 0b011 and is moved in the third; one that sits in db's cgroups has
 * in_tree = 0b111 and inside = 0.
 *
 * Carries a verdict out. A process whose way back was refused stays known. inside: bit per hierarchy in
 * which the process is in its group's cgroup already; in_tree: bit per hierarchy in which it is anywhere in our tree. The caller has put f's member entry's origins
 * into the journal (place_note()) and flushed it.
 */
enum carried place_carry_out(struct placer *p, struct proc_facts *f, const struct verdict *v, uint32_t inside, uint32_t in_tree);

/* The same of many: moves into groups are made some at a time, see mover_place_some(). */
struct carried_later {
	struct proc_facts *f;
	struct member *one; /* its entry, which is not dropped meanwhile */
	unsigned group, rule;
	enum carried *ret;
};
struct carrying {
	struct move moves[MOVES_AT_ONCE];
	struct carried_later later[MOVES_AT_ONCE];
	size_t n;
	unsigned group; /* whose paths these are */
	const char *paths[HIERARCHIES_MAX];
};
void place_carry_begin(struct carrying *c);
/* f and *ret stay the caller's; *ret is right after place_carry_rest(). */
void place_carry(struct placer *p, struct carrying *c, struct proc_facts *f, const struct verdict *v, uint32_t inside,
		 uint32_t in_tree, enum carried *ret);
void place_carry_rest(struct placer *p, struct carrying *c);

/* Where the process, or else its parent, came from in that hierarchy; the base when nobody knows. */
const char *place_origin(const struct placer *p, const struct proc_facts *f, unsigned h);
/* Bit per hierarchy in which a member of that group has a cgroup to be in. */
uint32_t place_wanted(const struct placer *p, unsigned group);

/* Makes or updates the member entry and queues its origins for the journal. False: nothing has to be moved. */
bool place_note(struct placer *p, struct proc_facts *f, const struct verdict *v, uint32_t inside, uint32_t in_tree);

/* From here on, who is elsewhere was moved there by somebody else. where: bit per hierarchy. */
void place_note_standing(struct placer *p, struct member *one, uint32_t where);

/*
 * One process, after an event: judged, and put where it belongs. birth: that event, where it told of a fork; else NULL.
 * False when nobody is there to be judged any more.
 */
bool place_judge(struct placer *p, pid_t pid, const struct proc_event_told *birth);

/* Queues what is known of one for the journal, unless that says so already. */
void place_journal(struct placer *p, struct member *one);

/*
 * Fills in what is decided about that process: of a keeper by what it is, else by a person: an heir is found here, and a recycled
 * pid has no pin.
 */
void place_pinned(struct placer *p, const struct proc_facts *f, struct standing *s);
/* A pinned process has ended, and its pin with it. */
void place_pin_exited(struct placer *p, pid_t pid);

/*
 * What only the daemon knows: turns a verdict into EXCLUDED where the process lies beyond our base (a delegated
 * scope) or in a cgroup that is delegated to another manager.
 */
void place_forbid(struct placer *p, struct proc_facts *f, struct verdict *v);

/*
 * A process found in our tree came from where its parent did. Parents first: a line of descendants that nobody has
 * seen yet (born while no daemon ran) all come from where the first of them did.
 */
void place_inherit(struct placer *p, const struct proc_facts *f, uint32_t in_tree);

/*
 * A thread found no rule for the process that called that exec, and nothing that is known of it or of its parent asks for
 * anything else.
 */
bool place_is_unfit(struct placer *p, const struct proc_event_told *ev);
/* A thread began to move it a while ago, and nothing was heard of that since. */
bool place_is_unfinished(const struct member *one);

/* Its process has ended: told, and forgotten. */
void place_ended(struct placer *p, pid_t pid);
/* Does it still run? */
bool place_is_there(struct placer *p, pid_t pid, uint64_t start_ticks);
