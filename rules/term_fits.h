/* One term of a rule against one process. */
#pragma once

#include <cgq/facts.h>
#include <cgq/verdict.h>

/* A process and what it is judged against; facts are read as terms ask for them. */
struct look {
	const struct resolved *resolved;
	struct proc_facts *facts;
	const struct facts_reader *reader;
};

/* Reads the fact unless that was tried before; true if it is known. */
bool look_know(const struct look *l, enum fact what);

/*
 * Does the term fit? A fact that could not be read is unknown, and unknown fits neither the term nor its
 * negation, unless what could be read decides it. A user or group that does not exist is a known fact: nobody has it.
 */
bool term_fits(const struct look *l, const struct term *t);

/* How much has to be read for a term of this kind, from 0: nothing. Only for choosing an order. */
#define KIND_COST_MAX 5
unsigned kind_cost(enum match_kind kind);

/* Do all terms fit that cost less than that? What is cheap to know is asked first. */
bool rule_fits_below(const struct look *l, const struct rule *rule, unsigned cost);
