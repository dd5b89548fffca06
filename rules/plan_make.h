/* Want and tree become actions. */
#pragma once

#include <cgq/plan.h>

/*
 * An empty plan when tree is as wanted. Writes that refusals says the kernel refused, while what it left still
 * stands, are not planned again. Lowered limits come children first, raised ones parents first.
 */
struct plan *plan_make(const struct want *w, const struct machine *m, const struct tree *t, const struct refusals *refusals);

/*
 * Text of a value as it is written to and read from the kernel's file of that knob; buf of at least 300 bytes.
 * A quota of v1 is written alone ("-1", "80000"), and read as "QUOTA PERIOD", its two files joined; a missing
 * period is 100 ms. arena takes a list; NULL will do for what is none. -EINVAL, -ERANGE, -E2BIG: *ret is untouched.
 */
void value_to_text(enum knob k, int version, const struct value *v, char *buf, size_t size);
int value_from_text(enum knob k, int version, const char *text, uint64_t page_bytes, struct arena *arena, struct value *ret);
/* What the kernel gives a new cgroup. */
void value_default(enum knob k, int version, struct value *ret);
/* The file of a knob in this version of its controller, or NULL. */
const char *knob_file(enum knob k, int version);
