/* One file's records become what it adds to a policy, with every local fault. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "group_name.h"
#include "ini_source.h"
#include "map.h"
#include "rule_read.h"
#include "text.h"
#include "value_read.h"

struct section {
	unsigned group; /* GROUP_NONE: not known */
	bool is_taken;	/* false: its records are only checked */
};

struct reader {
	struct draft *draft;
	struct faults *faults;
	struct ini_text ini;
	struct section *sections; /* by index of those of ini */
	struct map lines;	  /* "SECTION KEY" to the line where it stands */
	struct map group_of_name;
};

/* Keys that the language has, and this version does not: no typing mistakes. */
static const char *const later_keys[] = { "io", "io.read", "io.write", "nice", "oom.score" };
static const char *const later_prefixes[] = { "hugetlb.", "limit." };

static void __attribute__((format(printf, 3, 4))) tell(struct reader *rd, unsigned line, const char *fmt, ...)
{
	char text[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fault_add(rd->faults, SEVERITY_FAULT, (struct place){ rd->draft->path, line }, "%s", text);
	rd->draft->is_faulty = true;
}

/* False when it stands in the file already, in *ret_line. */
static bool is_first(struct reader *rd, const char *what, unsigned line, unsigned *ret_line)
{
	*ret_line = map_get(&rd->lines, what);
	if (*ret_line != MAP_NONE)
		return false;
	map_put(&rd->lines, what, line);
	return true;
}

static struct section group_add(struct reader *rd, const char *path, unsigned line)
{
	struct draft *d = rd->draft;
	unsigned i = (unsigned)d->n_groups;

	array_grow(d->groups, d->n_groups, d->cap_groups);
	d->groups[d->n_groups++] = (struct draft_group){ arena_strdup(&d->arena, path), { d->path, line } };
	map_put(&rd->group_of_name, d->groups[i].path, i);
	return (struct section){ i, true };
}

static struct section header_lose(struct draft *d, const char *text)
{
	array_grow(d->lost_headers, d->n_lost_headers, d->cap_lost_headers);
	d->lost_headers[d->n_lost_headers++] = arena_strdup(&d->arena, text);
	return (struct section){ GROUP_NONE, false };
}

static struct section section_read(struct reader *rd, const struct ini_section *s)
{
	char why[512];
	unsigned earlier;

	if (!s->name)
		return header_lose(rd->draft, s->text);
	if (!strcmp(s->name, "cgqd")) {
		tell(rd, s->line, "[cgqd]: settings of the daemon stand in cgqd.conf, not in a policy");
		return header_lose(rd->draft, s->name);
	}
	if (group_name_check(s->name, why, sizeof(why)) < 0) {
		tell(rd, s->line, "[%s]: %s", s->name, why);
		return header_lose(rd->draft, s->name);
	}
	if (is_first(rd, arena_printf(&rd->ini.arena, "[%s]", s->name), s->line, &earlier))
		return group_add(rd, s->name, s->line);
	tell(rd, s->line, "[%s] stands in line %u already", s->name, earlier);
	return (struct section){ map_get(&rd->group_of_name, s->name), false };
}

static bool is_later(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(later_keys); i++)
		if (!strcmp(key, later_keys[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(later_prefixes); i++)
		if (!strncmp(key, later_prefixes[i], strlen(later_prefixes[i])))
			return true;
	return false;
}

static const char *key_suggest(const char *name)
{
	const char *names[KEY__COUNT + 1];

	for (unsigned i = 0; i < KEY__COUNT; i++)
		names[i] = key_rows[i].name;
	names[KEY__COUNT] = "match";
	return text_suggest(name, names, ARRAY_SIZE(names));
}

static void key_unknown(struct reader *rd, const struct ini_record *rec)
{
	const char *meant = key_suggest(rec->key);

	if (is_later(rec->key))
		tell(rd, rec->line, "'%s' is not supported by this version", rec->key);
	else if (meant)
		tell(rd, rec->line, "unknown key '%s'; did you mean '%s'?", rec->key, meant);
	else
		tell(rd, rec->line, "unknown key '%s'", rec->key);
}

/* False when it is at fault. */
static bool setting_read(struct reader *rd, const struct ini_record *rec, enum key key)
{
	struct draft *d = rd->draft;
	const struct section *section = &rd->sections[rec->section];
	struct draft_setting s = { .group = section->group, .key = key };
	char why[512];

	if (!rec->value)
		return false;
	if (value_read(key, rec->value, &d->arena, &s.set, why, sizeof(why)) < 0) {
		tell(rd, rec->line, "%s: %s", rec->key, why);
		return false;
	}
	if (!section->is_taken)
		return false;
	s.set.text = arena_strdup(&d->arena, rec->value);
	s.set.at = (struct place){ d->path, rec->line };
	array_grow(d->settings, d->n_settings, d->cap_settings);
	d->settings[d->n_settings++] = s;
	return true;
}

struct rule_teller {
	struct reader *rd;
	const struct ini_record *rec;
};

static void rule_fault(void *ctx, const char *what)
{
	struct rule_teller *t = ctx;

	tell(t->rd, t->rec->line, "%s: %s", t->rec->key, what);
}

static bool is_label(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-")];
}

/* "match" or "match.LABEL" */
static void match_read(struct reader *rd, const struct ini_record *rec)
{
	struct draft *d = rd->draft;
	const char *label = rec->key[strlen("match")] ? rec->key + strlen("match.") : NULL;
	const struct section *section = &rd->sections[rec->section];
	struct rule r = { .group = section->group, .at = { d->path, rec->line } };
	struct rule_teller teller = { rd, rec };

	if (label && !is_label(label))
		tell(rd, rec->line, "%s: a label is made of a-z, 0-9, '_' and '-' (like match.shell)", rec->key);
	if (!rec->value || rule_read(rec->value, &d->arena, &r, &(struct rule_tell){ rule_fault, &teller }) < 0)
		return;
	if (!section->is_taken)
		return;
	r.label = arena_strdup(&d->arena, label ? label : "");
	array_grow(d->rules, d->n_rules, d->cap_rules);
	d->rules[d->n_rules++] = r;
}

static bool is_match(const char *key)
{
	return !strncmp(key, "match", 5) && (!key[5] || key[5] == '.');
}

static int key_find(const char *name)
{
	for (int i = 0; i < KEY__COUNT; i++)
		if (!strcmp(key_rows[i].name, name))
			return i;
	return -1;
}

/* The line is at fault: what was it about? */
static void record_doubt(struct reader *rd, const struct ini_record *rec)
{
	struct draft *d = rd->draft;
	int key = key_find(rec->key);
	const char *meant = NULL;

	if (key < 0 && *rec->key && !is_match(rec->key) && !is_later(rec->key))
		meant = key_suggest(rec->key);
	if (meant)
		key = key_find(meant);
	if (key < 0)
		return;
	array_grow(d->doubts, d->n_doubts, d->cap_doubts);
	d->doubts[d->n_doubts++] = (struct draft_doubt){ rd->sections[rec->section].group, (enum key)key };
}

/* False when what it sets is not what was meant. */
static bool record_take(struct reader *rd, const struct ini_record *rec)
{
	int key = key_find(rec->key);
	bool first;
	unsigned earlier;

	first = is_first(rd, arena_printf(&rd->ini.arena, "%u %s", rec->section, rec->key), rec->line, &earlier);
	if (!first)
		tell(rd, rec->line, "'%s' stands in line %u already", rec->key, earlier);
	if (is_match(rec->key)) {
		match_read(rd, rec);
		return true;
	}
	if (key >= 0)
		return setting_read(rd, rec, (enum key)key) && first;
	key_unknown(rd, rec);
	return false;
}

static void records_read(struct reader *rd, const struct policy_file *file)
{
	if (ini_read(rd->draft->path, file->text, file->len, &rd->ini, rd->faults) < 0)
		rd->draft->is_faulty = true;
	rd->draft->is_unread = rd->ini.is_hopeless;
	rd->sections = must_alloc(rd->ini.n_sections * sizeof(*rd->sections));
	for (size_t i = 0; i < rd->ini.n_sections; i++)
		rd->sections[i] = section_read(rd, &rd->ini.sections[i]);
	for (size_t i = 0; i < rd->ini.n_records; i++)
		if (rd->ini.records[i].is_lost || !record_take(rd, &rd->ini.records[i]))
			record_doubt(rd, &rd->ini.records[i]);
	free(rd->sections);
	map_done(&rd->lines);
	map_done(&rd->group_of_name);
	ini_text_done(&rd->ini);
}

static uint64_t file_hash(const struct policy_file *file)
{
	uint64_t h = text_hash(0, file->name, strlen(file->name) + 1);

	return text_hash(h, file->text, file->len);
}

struct draft *draft_read(const struct policy_file *file, struct faults *faults)
{
	struct draft *d = must_alloc(sizeof(*d));
	struct reader rd = { .draft = d, .faults = faults };

	d->path = arena_strdup(&d->arena, file->path);
	d->is_faulty = d->is_unread = !file->text;
	if (!file->text || file->masked)
		return d;
	d->hash = file_hash(file);
	records_read(&rd, file);
	return d;
}

void draft_free(struct draft *d)
{
	if (!d)
		return;
	free(d->groups);
	free(d->settings);
	free(d->rules);
	free(d->lost_headers);
	free(d->doubts);
	arena_done(&d->arena);
	free(d);
}
