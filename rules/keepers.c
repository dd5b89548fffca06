/* The book of keepers, and what is to be done about them. */
#include "keepers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "namespaces_read.h"
#include "text.h"

void keepers_done(struct keepers *k)
{
	free(k->list);
	*k = (struct keepers){ 0 };
}

void keeper_name(const char *tree, const char *group, char ret[KEEPER_NAME_BYTES])
{
	int len = snprintf(ret, KEEPER_NAME_BYTES, "%s-%s", tree, group);

	if (len >= KEEPER_NAME_BYTES)
		*ret = '\0';
	for (char *p = ret; (p = strchr(p, '/'));)
		*p = ':';
}

static uint64_t group_hash(const char *tree, const char *group)
{
	return text_hash(text_hash(0, tree, strlen(tree) + 1), group, strlen(group));
}

/* 32 of the 64 bits: an interface's name has 15 bytes, and the alias of the link says whose it is. */
static void link_write(uint64_t hash, char ret[KEEPER_LINK_BYTES])
{
	snprintf(ret, KEEPER_LINK_BYTES, "cgq%08x", (unsigned)(hash ^ hash >> 32));
}

void keeper_link(const char *tree, const char *group, char ret[KEEPER_LINK_BYTES])
{
	link_write(group_hash(tree, group), ret);
}

void keeper_start_link(const char *tree, const char *group, uint64_t salt, char ret[KEEPER_LINK_BYTES])
{
	link_write(text_hash(group_hash(tree, group), (const char *)&salt, sizeof(salt)), ret);
}

struct keeper *keepers_add(struct keepers *k, const char *group, uint32_t kinds, const char *tree)
{
	struct keeper *new;

	array_grow(k->list, k->n, k->cap);
	new = &k->list[k->n++];
	*new = (struct keeper){ .kinds = kinds };
	snprintf(new->group, sizeof(new->group), "%s", group);
	if (kinds & NAMESPACE_BIT(NAMESPACE_NET)) {
		keeper_name(tree, group, new->name);
		keeper_link(tree, group, new->link);
	}
	k->changed = true;
	return new;
}

void keepers_drop(struct keepers *k, size_t i)
{
	memmove(&k->list[i], &k->list[i + 1], (--k->n - i) * sizeof(*k->list));
	k->changed = true;
}

struct keeper *keepers_of_pid(const struct keepers *k, pid_t pid)
{
	for (size_t i = 0; pid && i < k->n; i++)
		if (k->list[i].pid == pid)
			return &k->list[i];
	return NULL;
}

struct keeper *keepers_of_group(const struct keepers *k, const char *group)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].state == KEEPER_THERE && !strcmp(k->list[i].group, group))
			return &k->list[i];
	return NULL;
}

struct keeper *keepers_left(const struct keepers *k, const char *group)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].state == KEEPER_LEAVING && *k->list[i].link && !strcmp(k->list[i].group, group))
			return &k->list[i];
	return NULL;
}

bool keepers_left_inode(const struct keepers *k, const char *group, enum namespace_kind kind, uint64_t inode)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].state == KEEPER_LEAVING && k->list[i].kinds & NAMESPACE_BIT(kind) &&
		    k->list[i].inodes[kind] == inode && !strcmp(k->list[i].group, group))
			return true;
	return false;
}

uint32_t group_kept_kinds(const struct policy *p, unsigned group, bool passive)
{
	if (passive || group >= p->n_groups || !p->groups[group].enforce)
		return 0;
	return namespaces_kinds(&p->groups[group].namespaces, NAMESPACE_GROUP);
}

static bool is_wanted(const struct keeper *k, const struct policy *p, bool passive)
{
	return k->kinds == group_kept_kinds(p, policy_group(p, k->group), passive);
}

/* The later of two that share a link. */
const struct keeper *keepers_heir(const struct keepers *k, const struct keeper *dead)
{
	for (const struct keeper *one = dead + 1; *dead->link && one < k->list + k->n; one++)
		if (!strcmp(one->link, dead->link))
			return one;
	return NULL;
}

/* Whoever still lives in its network has it by that link, and finds it by that name. */
static enum keeper_deed dead_decide(const struct keepers *book, const struct keeper *k)
{
	const struct keeper *heir = keepers_heir(book, k);

	if (heir)
		return heir->state == KEEPER_ASKED ? KEEPER_LEAVE : KEEPER_DROP;
	if (!*k->link)
		return KEEPER_DROP;
	if (k->used)
		return k->state == KEEPER_THERE ? KEEPER_MOURN : KEEPER_LEAVE;
	return KEEPER_FORGET;
}

enum keeper_deed keeper_decide(const struct keepers *book, const struct keeper *k, const struct policy *p, bool passive)
{
	if (k->state == KEEPER_ASKED || k->state == KEEPER_FORGETTING)
		return KEEPER_LEAVE;
	if (!k->lives)
		return dead_decide(book, k);
	return k->state == KEEPER_THERE && !is_wanted(k, p, passive) ? KEEPER_LET_GO : KEEPER_LEAVE;
}

/* Of one that is not there any more, but for its name and link. */
static enum group_need link_need(const struct keeper *k)
{
	if (k->state == KEEPER_FORGETTING)
		return GROUP_SOON;
	return k->used && !k->lives ? GROUP_NEEDS_HEIR : GROUP_WAITS;
}

enum group_need group_need(const struct keepers *k, const struct policy *p, unsigned group, bool passive)
{
	uint32_t kinds = group_kept_kinds(p, group, passive);
	enum group_need need = kinds ? GROUP_NEEDS_KEEPER : GROUP_NEEDS_NONE;

	for (size_t i = 0; kinds && i < k->n; i++) {
		const struct keeper *one = &k->list[i];

		if (strcmp(one->group, p->groups[group].path))
			continue;
		if (one->state == KEEPER_THERE || one->state == KEEPER_ASKED)
			return GROUP_NEEDS_NONE;
		if (*one->link && kinds & NAMESPACE_BIT(NAMESPACE_NET))
			need = link_need(one);
	}
	return need;
}
