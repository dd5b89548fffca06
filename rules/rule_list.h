/* Rules by index, ascending: a stretch of a larger array, from which the front is taken off. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RULE_NONE UINT32_MAX

struct rule_list {
	const unsigned *at, *end;
};

/* The first that is not below least; what is below is taken off one by one, since it was tried one by one. */
static inline unsigned rule_list_first(struct rule_list *l, unsigned least)
{
	while (l->at < l->end && *l->at < least)
		l->at++;
	return l->at < l->end ? *l->at : RULE_NONE;
}

static inline size_t rule_list_count(struct rule_list l)
{
	return (size_t)(l.end - l.at);
}
