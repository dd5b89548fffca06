/* What a person says of a process. */
#include "as_facts.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/key.h>
#include <cgq/memory.h>

#include "text.h"

/* The kind whose name and '=' stand at text. */
static const struct match_row *kind_at(const char *text)
{
	for (unsigned k = 0; k < MATCH__COUNT; k++) {
		size_t len = strlen(match_rows[k].name);

		if (strncmp(text, match_rows[k].name, len) == 0 && text[len] == '=')
			return &match_rows[k];
	}
	return NULL;
}

static const char *value_end(const char *value)
{
	const char *end = value;

	while (*end && !(*end == ',' && kind_at(end + 1)))
		end++;
	return end;
}

static int unknown_kind(const char *text, struct err *e)
{
	const char *names[MATCH__COUNT], *meant;
	auto_free char *given = must_strndup(text, strcspn(text, "=,"));

	for (unsigned k = 0; k < MATCH__COUNT; k++)
		names[k] = match_rows[k].name;
	meant = text_suggest(given, names, MATCH__COUNT);
	return fail(e, EINVAL, "--as: '%s' is nothing that rules look at%s%s%s: name=, exe=, user=, group=, args=, unit=, "
			       "cgroup=, parent=, tag=", TEXT_ESCAPED(given), meant ? " (did you mean " : "",
		    meant ? meant : "", meant ? "?)" : "");
}

static int exe_read(const char *path, json_t *facts, struct err *e)
{
	struct stat st;

	if (path[0] != '/')
		return fail(e, EINVAL, "--as: exe=%s: a rule names an absolute path", TEXT_ESCAPED(path));
	if (stat(path, &st) < 0)
		return fail(e, errno, "--as: exe=%s: %s", TEXT_ESCAPED(path), strerror(errno));
	json_object_set_new(facts, "exe_device", json_integer((json_int_t)st.st_dev));
	json_object_set_new(facts, "exe_inode", json_integer((json_int_t)st.st_ino));
	return 0;
}

/* A name becomes its number, as it would for a rule. */
static int id_read(const struct match_row *kind, const char *name, json_t *facts, struct err *e)
{
	const struct passwd *user = kind == &match_rows[MATCH_USER] ? getpwnam(name) : NULL;
	const struct group *group = kind == &match_rows[MATCH_GROUP] ? getgrnam(name) : NULL;
	auto_free char *number = NULL;
	uint64_t id;

	if (text_u64(name, &id) == 0)
		return 0;
	if (!user && !group)
		return fail(e, ENOENT, "--as: there is no %s '%s'", kind->name, TEXT_ESCAPED(name));
	number = must_printf("%u", user ? user->pw_uid : group->gr_gid);
	json_object_set_new(facts, kind->name, json_string(number));
	return 0;
}

static int fact_read(const struct match_row *kind, const char *value, size_t len, json_t *facts, struct err *e)
{
	auto_free char *text = must_strndup(value, len);
	json_t *json = json_string(text); /* NULL: not UTF-8 */

	if (!len)
		return fail(e, EINVAL, "--as: %s= is empty", kind->name);
	if (json_object_get(facts, kind->name)) {
		json_decref(json);
		return fail(e, EINVAL, "--as: %s= is given twice", kind->name);
	}
	if (!json)
		return fail(e, EINVAL, "--as: %s=%s: that cannot be said in JSON", kind->name, TEXT_ESCAPED(text));
	json_object_set_new(facts, kind->name, json);
	if (kind == &match_rows[MATCH_USER] || kind == &match_rows[MATCH_GROUP])
		return id_read(kind, text, facts, e);
	return kind == &match_rows[MATCH_EXE] ? exe_read(text, facts, e) : 0;
}

static int facts_read(const char *text, json_t *facts, struct err *e)
{
	for (;;) {
		const struct match_row *kind = kind_at(text);
		const char *end;
		int r;

		if (!kind)
			return unknown_kind(text, e);
		text += strlen(kind->name) + 1;
		end = value_end(text);
		r = fact_read(kind, text, (size_t)(end - text), facts, e);
		if (r < 0 || !*end)
			return r;
		text = end + 1;
	}
}

json_t *as_facts_read(const char *text, struct err *e)
{
	json_t *facts = json_object();

	if (facts_read(text, facts, e) == 0)
		return facts;
	json_decref(facts);
	return NULL;
}
