/* The parts of unit_want_weights. */
#pragma once

#include "unit_parts.h"

/* By unit and slice. */
struct weighing {
	const struct unit_wanting *c;
	double *reserved; /* of the machine, 1 is all of it; of a slice what is below */
	double *weight;	  /* what it is to weigh; of what nothing is reserved for, what it weighs */
	double *share;	  /* what that guarantees it */
	double *scale;	  /* which part of reservations can be had in it */
	double *clamped;  /* weight of those that kept it from more, since no weight is larger; 0: nothing did */
};

/*
 * Are the weights that systemd has, all given by cgqd, as good? When by them each group has what these give it, nobody
 * would gain a tenth, and others in each slice have most of what these leave them: no write for noise.
 */
bool weights_good(const struct weighing *w);
/* Then those, and what they guarantee. */
void weights_keep(const struct weighing *w);
