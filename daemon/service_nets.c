/* Drop-ins by which the next start of a service is in its group's network. */
#include "service_nets.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"
#include "unit_file_parts.h"

void service_nets_done(struct service_nets *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].unit);
		free(s->list[i].group);
		free(s->list[i].name);
	}
	free(s->list);
	*s = (struct service_nets){0};
}

void service_nets_add(struct service_nets *s, const char *unit, const char *group, const char *name)
{
	array_grow(s->list, s->n, s->cap);
	s->list[s->n++] = (struct service_net){must_strdup(unit), must_strdup(group), must_strdup(name)};
}

const struct service_net *service_nets_find(const struct service_nets *s, const char *unit)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->list[i].unit, unit))
			return &s->list[i];
	return NULL;
}

/* By its first line a file is known to be ours: another cgqd, with another tree, leaves it alone. */
static char *head_of(const char *tree)
{
	return must_printf("# cgqd, tree %s: ", tree);
}

static char *text_of(const char *tree, const struct service_net *one)
{
	auto_free char *head = head_of(tree);

	return must_printf("%sthe network of group %s; this file goes with it\n[Service]\nNetworkNamespacePath=/run/netns/%s\n", head,
			   one->group, one->name);
}

static bool is_ours(const struct kept_file *f, const char *tree)
{
	auto_free char *head = head_of(tree);

	return f->stands && !strncmp(f->text, head, strlen(head));
}

/* "… the network of group web; this …" */
static char *group_in(const struct kept_file *f)
{
	static const char before[] = "the network of group ";
	const char *group = strstr(f->text, before);

	group = group ? group + strlen(before) : "";
	return must_strndup(group, strcspn(group, ";\n"));
}

static int put(const char *folder, const char *tree, const struct service_net *one, bool *ret_changed, struct err *e)
{
	auto_free char *text = text_of(tree, one);
	struct kept_file now, next = {.stands = true, .text = text, .len = strlen(text)};
	int r = unit_dir_get(folder, one->unit, SERVICE_NET_FILE, &now, e);

	*ret_changed = r == 0 && !(now.stands && now.len == next.len && !memcmp(now.text, text, next.len));
	if (r == 0 && now.stands && !is_ours(&now, tree))
		r = fail(e, EEXIST, "%s/%s.d/%s: is not cgqd's", folder, one->unit, SERVICE_NET_FILE);
	else if (*ret_changed)
		r = unit_dir_put(folder, one->unit, SERVICE_NET_FILE, &next, e);
	kept_file_done(&now);
	*ret_changed &= r == 0;
	return r;
}

/* Its folder goes where nothing else is in it: an empty UNIT.d says nothing to systemd. */
static bool take(const char *folder, const char *tree, const char *unit, char **ret_group)
{
	struct unit_folders folders = {folder, folder};
	struct kept_file now = {0}, none = {0};
	bool ours = unit_dir_get(folder, unit, SERVICE_NET_FILE, &now, NULL) == 0 && is_ours(&now, tree);

	if (ours)
		*ret_group = group_in(&now);
	kept_file_done(&now);
	if (!ours || unit_dir_put(folder, unit, SERVICE_NET_FILE, &none, NULL) < 0)
		return false;
	unit_folders_drop(&folders, unit, (struct unit_folders_stand){.root = true}, NULL);
	return true;
}

/* "mariadb.service" of "mariadb.service.d"; NULL: it is none. Owned by the caller. */
static char *unit_of(const char *entry)
{
	size_t len = strlen(entry);
	char *unit = len > 10 && !strcmp(entry + len - 10, ".service.d") ? must_strndup(entry, len - 2) : NULL;

	if (unit && !unit_name_ok(unit)) {
		free(unit);
		unit = NULL;
	}
	return unit;
}

int service_nets_follow(const char *folder, const char *tree, const struct service_nets *wanted,
			void (*told)(void *ctx, const struct service_net *one, bool stands), void *ctx, struct err *e)
{
	auto_dir DIR *dir = opendir(folder);
	const struct dirent *entry;
	int first = 0;

	while (dir && (entry = readdir(dir))) {
		auto_free char *unit = unit_of(entry->d_name), *group = NULL;

		if (unit && !service_nets_find(wanted, unit) && take(folder, tree, unit, &group))
			told(ctx, &(struct service_net){unit, group, (char *)""}, false);
	}
	for (size_t i = 0; dir && i < wanted->n; i++) {
		bool changed = false;
		int r = put(folder, tree, &wanted->list[i], &changed, first ? NULL : e);

		first = first ? first : r;
		if (changed)
			told(ctx, &wanted->list[i], true);
	}
	return first;
}

bool service_net_stands(const char *unit, const char *tree)
{
	struct kept_file now = {0};
	bool stands = unit_name_ok(unit) && unit_dir_get(unit_folders_of_systemd.system, unit, SERVICE_NET_FILE, &now, NULL) == 0 &&
		      is_ours(&now, tree);

	kept_file_done(&now);
	return stands;
}

char *service_net_text(const char *unit, const char *tree)
{
	if (!service_net_stands(unit, tree))
		return NULL;
	return must_printf("systemctl daemon-reload && systemctl restart %s: inside then, by %s/%s.d/%s", unit,
			   unit_folders_of_systemd.system, unit, SERVICE_NET_FILE);
}
