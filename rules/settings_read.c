/* The daemon's own settings. */
#include "settings_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "ini_source.h"
#include "text.h"

#define SYSTEM_CPU_LEAST 1000U	/* 1 %: less is nothing a kernel weight can say beside large groups */
#define SYSTEM_CPU_MOST	 50000U /* more is not "keeps sshd alive" but a partition of its own */
#define VERIFY_LEAST	 1U
#define VERIFY_MOST	 3600U

const struct settings settings_default = {
	.system_share = 0.05,
	.verify_seconds = 30,
	.containers_skip = true,
};

static int system_cpu_read(const char *text, struct settings *s)
{
	uint64_t n;

	if (text_percent(text, &n) < 0 || n < SYSTEM_CPU_LEAST || n > SYSTEM_CPU_MOST)
		return -EINVAL;
	s->system_share = (double)n / PERCENT_WHOLE;
	return 0;
}

/* "30s", "2m" */
static int verify_read(const char *text, struct settings *s)
{
	size_t len = strlen(text);
	char unit = len ? text[len - 1] : '\0';
	char number[16];
	uint64_t n;

	if ((unit != 's' && unit != 'm') || len > sizeof(number))
		return -EINVAL;
	memcpy(number, text, len - 1);
	number[len - 1] = '\0';
	if (text_u64(number, &n) < 0 || n > VERIFY_MOST)
		return -EINVAL;
	n *= unit == 'm' ? 60 : 1;
	if (n < VERIFY_LEAST || n > VERIFY_MOST)
		return -EINVAL;
	s->verify_seconds = (unsigned)n;
	return 0;
}

static int drift_read(const char *text, struct settings *s)
{
	s->drift_report = strcmp(text, "report") == 0;
	return s->drift_report || strcmp(text, "repair") == 0 ? 0 : -EINVAL;
}

static int latency_read(const char *text, struct settings *s)
{
	if (strcmp(text, "normal") && strcmp(text, "low"))
		return -EINVAL;
	s->latency_low = !strcmp(text, "low");
	return 0;
}

static int containers_read(const char *text, struct settings *s)
{
	if (strcmp(text, "skip"))
		return -EINVAL;
	s->containers_skip = true;
	return 0;
}

/* By its whole path: what a daemon of root's runs is not looked for. */
static int health_read(const char *text, struct settings *s)
{
	if (*text != '/' || strlen(text) >= sizeof(s->confirm_health))
		return -EINVAL;
	strcpy(s->confirm_health, text);
	return 0;
}

const struct setting_row setting_rows[] = {
	{ "system.cpu", system_cpu_read, "a percentage from 1% to 50% (like 5%)", "5%",
	  "of its CPU that one busy thread outside of all groups always keeps" },
	{ "verify", verify_read, "a time from 1s to 60m (like 30s)", "30s",
	  "how often everything is looked at, changed or not" },
	{ "drift", drift_read, "repair or report", "repair",
	  "what somebody else changed in the tree is put back, or only told" },
	{ "latency", latency_read, "normal or low", "normal",
	  "low: the kernel's way into a cgroup is kept warm while programs start" },
	{ "containers", containers_read, "skip", "skip",
	  "what is in a container is left alone" },
	{ "confirm.health", health_read, "an absolute path, with arguments (like /usr/bin/mysqladmin ping)", NULL,
	  "the command that is asked every two seconds while a change is on trial; where there is no such line, none is" },
};

const size_t setting_rows_count = ARRAY_SIZE(setting_rows);

static const char *const later_names[] = { "metrics.listen", "history" };

struct reader {
	const char *path;
	struct settings settings;
	struct faults *faults;
	bool told;
	unsigned lines[ARRAY_SIZE(setting_rows)]; /* where each stands, 0: nowhere */
	unsigned section_line;
};

static void __attribute__((format(printf, 3, 4))) tell(struct reader *rd, unsigned line, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fault_add(rd->faults, SEVERITY_FAULT, (struct place){ rd->path, line }, "%s", text);
	rd->told = true;
}

static void unknown_tell(struct reader *rd, const struct ini_record *rec)
{
	const char *names[ARRAY_SIZE(setting_rows)], *meant;

	for (size_t i = 0; i < ARRAY_SIZE(later_names); i++)
		if (!strcmp(later_names[i], rec->key)) {
			tell(rd, rec->line, "'%s' is not supported by this version", rec->key);
			return;
		}
	for (size_t i = 0; i < ARRAY_SIZE(setting_rows); i++)
		names[i] = setting_rows[i].name;
	meant = text_suggest(rec->key, names, ARRAY_SIZE(names));
	if (meant)
		tell(rd, rec->line, "unknown setting '%s'; did you mean '%s'?", rec->key, meant);
	else
		tell(rd, rec->line, "unknown setting '%s'", rec->key);
}

static void record_read(struct reader *rd, const struct ini_record *rec)
{
	for (size_t i = 0; i < ARRAY_SIZE(setting_rows); i++) {
		const struct setting_row *row = &setting_rows[i];

		if (strcmp(row->name, rec->key))
			continue;
		if (rd->lines[i])
			tell(rd, rec->line, "'%s' stands in line %u already", rec->key, rd->lines[i]);
		else
			rd->lines[i] = rec->line;
		if (rec->value && row->read(rec->value, &rd->settings) < 0)
			tell(rd, rec->line, "%s: '%s' is not %s", rec->key, TEXT_ESCAPED(rec->value), row->form);
		return;
	}
	unknown_tell(rd, rec);
}

static bool section_read(struct reader *rd, const struct ini_section *s)
{
	if (!s->name)
		return true;
	if (strcmp(s->name, "cgqd")) {
		tell(rd, s->line, "[%s]: only [cgqd] stands here; groups stand in policy files", s->name);
		return false;
	}
	if (rd->section_line)
		tell(rd, s->line, "[cgqd] stands in line %u already", rd->section_line);
	else
		rd->section_line = s->line;
	return true;
}

void settings_read(const char *path, const char *text, size_t len, struct settings *ret, struct faults *faults)
{
	struct reader rd = { .path = path, .settings = settings_default, .faults = faults };
	auto_free bool *ours = NULL;
	struct ini_text ini;

	rd.told = ini_read(path, text, len, &ini, faults) < 0;
	ours = must_alloc(ini.n_sections * sizeof(*ours));
	for (size_t i = 0; i < ini.n_sections; i++)
		ours[i] = section_read(&rd, &ini.sections[i]);
	for (size_t i = 0; i < ini.n_records; i++)
		if (ours[ini.records[i].section])
			record_read(&rd, &ini.records[i]);
	ini_text_done(&ini);
	if (!rd.told)
		*ret = rd.settings;
}
