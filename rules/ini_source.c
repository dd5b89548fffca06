/* The only file that knows iniparser. */
#include "ini_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <dictionary.h>
#include <iniparser.h>

#include <cgq/auto.h>

#include "ini_lines.h"
#include "text.h"

/*
 * iniparser (4.1) searches its dictionary from the start for every key: fed with so many at a time, 20,000 keys
 * take 20 ms instead of 700.
 */
#define RECORDS_AT_ONCE 128

#define DOOR_BYTES 400 /* "SECTION@LINE:KEY@LINE" of bounded names */

/* What it says of a line was said better before; nothing may reach stderr. */
static int be_silent(const char *fmt, ...)
{
	return 0;
}

static const char *section_name(const struct ini_text *t, const struct ini_record *rec)
{
	const char *name = t->sections[rec->section].name;

	return name ? name : "";
}

/*
 * Line numbers go through as part of the names, and keep apart what iniparser would merge:
 *	[web@3]
 *	cpu@4=40%
 */
static void records_write(FILE *f, const struct ini_text *t, size_t first, size_t end)
{
	unsigned section = UINT32_MAX;

	for (size_t i = first; i < end; i++) {
		const struct ini_record *rec = &t->records[i];

		if (!rec->value)
			continue;
		if (rec->section != section) {
			section = rec->section;
			fprintf(f, "[%s@%u]\n", section_name(t, rec), t->sections[section].line);
		}
		fprintf(f, "%s@%u=%s\n", rec->key, rec->line, rec->value);
	}
}

/* NULL with errno */
static dictionary *records_load(const struct ini_text *t, size_t first, size_t end)
{
	auto_file FILE *f = NULL;
	char path[64];
	int fd;

	fd = memfd_create("cgq-policy", MFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return NULL;
	}
	records_write(f, t, first, end);
	if (fflush(f))
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	iniparser_set_error_callback(be_silent);
	errno = EBADMSG;
	return iniparser_load(path);
}

/* The value as iniparser understands it. It must be the one that stands there: nothing is silently cut. */
static int value_take(struct ini_text *t, struct ini_record *rec, const dictionary *d, const char *file,
		       struct faults *faults)
{
	char door[DOOR_BYTES];
	const char *value;

	snprintf(door, sizeof(door), "%s@%u:%s@%u", section_name(t, rec), t->sections[rec->section].line, rec->key,
		 rec->line);
	value = iniparser_getstring(d, door, NULL);
	if (value && !strcmp(value, rec->value)) {
		rec->value = arena_strdup(&t->arena, value);
		return 0;
	}
	fault_add(faults, SEVERITY_FAULT, (struct place){ file, rec->line }, "%s: '%s' would be read as '%s'", rec->key,
		  TEXT_ESCAPED(rec->value), value ? TEXT_ESCAPED(value) : "");
	rec->value = NULL;
	return -EINVAL;
}

static int values_take(struct ini_text *t, size_t first, size_t end, const char *file, struct faults *faults)
{
	dictionary *d = records_load(t, first, end);
	int r = 0;

	if (!d) {
		fault_add(faults, SEVERITY_FAULT, (struct place){ file, t->records[first].line },
			  "cannot be handed to iniparser: %s", strerror(errno));
		return -EINVAL;
	}
	for (size_t i = first; i < end; i++)
		if (t->records[i].value && value_take(t, &t->records[i], d, file, faults) < 0)
			r = -EINVAL;
	iniparser_freedict(d);
	return r;
}

int ini_read(const char *file, const char *text, size_t len, struct ini_text *ret, struct faults *faults)
{
	int r;

	*ret = (struct ini_text){ 0 };
	r = ini_lines_read(file, text, len, ret, faults);
	for (size_t i = 0; i < ret->n_records; i += RECORDS_AT_ONCE) {
		size_t end = i + RECORDS_AT_ONCE < ret->n_records ? i + RECORDS_AT_ONCE : ret->n_records;

		if (values_take(ret, i, end, file, faults) < 0)
			return -EINVAL;
	}
	return r;
}
