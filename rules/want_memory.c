/* Limits and reservations of memory and swap become bytes. */
#include "want_parts.h"

/* n thousandths of a percent of whole; 128 bits, since a percentage of terabytes overflows 64. */
static uint64_t share_bytes(uint64_t whole, uint64_t percent)
{
	unsigned __int128 bytes = (unsigned __int128)whole * percent / PERCENT_WHOLE;

	return bytes > INT64_MAX ? INT64_MAX : (uint64_t)bytes;
}

/* Limits are whole pages, rounded down: the kernel does so too, and would show another number than was written. */
static struct value bytes_value(const struct machine *m, const struct amount *a, uint64_t whole)
{
	uint64_t bytes = a->kind == AMOUNT_PERCENT ? share_bytes(whole, a->n) : a->n;

	if (a->kind == AMOUNT_MAX || bytes / m->page_bytes >= INT64_MAX / m->page_bytes)
		return (struct value){ .kind = VALUE_MAX };
	return (struct value){ .kind = VALUE_NUMBER, .number = bytes - bytes % m->page_bytes };
}

/* The nearest limited group above, else the machine. */
static uint64_t ceiling_above(const struct wanting *c, const struct node *n, enum knob k, uint64_t machine_bytes)
{
	while (n->parent || n->group != GROUP_NONE) {
		n = &c->w->nodes[n->parent];
		if (n->wanted[k].value.kind == VALUE_NUMBER)
			return n->wanted[k].value.number;
		if (n->group == GROUP_NONE)
			break;
	}
	return machine_bytes;
}

/* A reservation is of the parent's reservation, at the top of the machine. */
static uint64_t reservation_above(const struct wanting *c, const struct node *n, enum knob k)
{
	const struct node *parent = &c->w->nodes[n->parent];

	if (!n->parent)
		return c->m->memory_bytes;
	return parent->wanted[k].value.kind == VALUE_NUMBER ? parent->wanted[k].value.number : 0;
}

static void want_reservation(const struct wanting *c, struct node *n, enum knob k)
{
	const struct amount *a = want_possible(c, n, k);

	if (a)
		n->wanted[k].value = bytes_value(c->m, a, reservation_above(c, n, k));
}

static void want_ceilings(const struct wanting *c, struct node *n)
{
	uint64_t above = ceiling_above(c, n, KNOB_MEMORY_MAX, c->m->memory_bytes);
	const struct amount *hard = want_possible(c, n, KNOB_MEMORY_MAX);
	const struct amount *soft = want_possible(c, n, KNOB_MEMORY_HIGH);
	struct value *max = &n->wanted[KNOB_MEMORY_MAX].value;

	if (hard)
		*max = bytes_value(c->m, hard, above);
	/* A limit of no bytes is a kill at the first page; a percentage of very little comes to that. */
	if (hard && max->kind == VALUE_NUMBER && !max->number)
		max->number = c->m->page_bytes;
	if (soft)
		n->wanted[KNOB_MEMORY_HIGH].value = bytes_value(c->m, soft, above);
}

/* v1 has no limit for swap alone, only one for memory and swap together, which is of use below a hard limit only. */
static void want_swap(const struct wanting *c, struct node *n)
{
	const struct amount *a = want_possible(c, n, KNOB_SWAP_MAX);
	const struct value *hard = &n->wanted[KNOB_MEMORY_MAX].value;
	struct value *swap = &n->wanted[KNOB_SWAP_MAX].value;
	bool v1 = want_version(c->m, CONTROLLER_MEMORY) == 1;

	if (!a || a->kind == AMOUNT_MAX)
		return;
	if (v1 && hard->kind != VALUE_NUMBER) {
		want_note(c, n, KNOB_SWAP_MAX, "cgroup v1 limits swap only together with a hard limit (memory = SIZE)");
		return;
	}
	/* On v1 the parent's value is no size of swap: a percentage is of the machine's. */
	*swap = bytes_value(c->m, a,
			    v1 ? c->m->swap_bytes : ceiling_above(c, n, KNOB_SWAP_MAX, c->m->swap_bytes));
	if (v1 && swap->kind == VALUE_NUMBER)
		swap->number += hard->number;
}

void want_memory(const struct wanting *c)
{
	for (size_t i = 1; i < c->w->n; i++) {
		struct node *n = &c->w->nodes[i];

		want_ceilings(c, n);
		want_reservation(c, n, KNOB_MEMORY_LOW);
		want_reservation(c, n, KNOB_MEMORY_MIN);
		want_swap(c, n);
	}
}
