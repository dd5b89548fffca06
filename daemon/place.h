/* What an event and the full look share: one process, judged and put where it belongs. Private to the placer. */
#pragma once

#include "occupants.h"
#include "placer.h"

/* The group that may keep it: what its member entry says, while the rule that brought it still exists. */
unsigned place_kept_by(const struct placer *p, const struct member *one);

/*
 * Carries a verdict out. inside: bit per hierarchy in which the process is in its group's cgroup already;
 * in_tree: bit per hierarchy in which it is anywhere in our tree. The caller has put f's member entry's origins
 * into the journal (place_note()) and flushed it.
 */
void place_carry_out(struct placer *p, struct proc_facts *f, const struct verdict *v, uint32_t inside, uint32_t in_tree);

/* Makes or updates the member entry and queues its origins for the journal. False: nothing has to be moved. */
bool place_note(struct placer *p, struct proc_facts *f, const struct verdict *v, uint32_t inside, uint32_t in_tree);

/* Queues what is known of one for the journal, unless that says so already. */
void place_journal(struct placer *p, struct member *one);

/*
 * What only the daemon knows: turns a verdict into EXCLUDED where the process lies beyond our base (a delegated
 * scope) or in a cgroup that is delegated to another manager.
 */
void place_forbid(struct placer *p, struct proc_facts *f, struct verdict *v);
