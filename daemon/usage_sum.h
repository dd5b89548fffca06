/* Usages of parts become that of the whole. Private to group_usage. */
#pragma once

#include "group_usage.h"

/* What is unknown of a part is unknown of the sum. */
void counter_add(struct counter *sum, struct counter part);
void percent_add(double *sum, double part); /* negative: unknown */

/* The kernel counts nobody's children in where groups have no cgroups of their own: units to groups, groups to parents. */
void usages_in_place(const struct view *v, const struct group_usage *nodes, struct usages *ret);
