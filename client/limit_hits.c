/* What groups ran into, as status shows it. */
#include "limit_hits.h"

#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "field.h"
#include "humanize.h"
#include "prose.h"

/* What it ran into: one line for each kind. */
void limit_hits_show(const struct terminal *t, const json_t *events)
{
	static const struct {
		const char *key, *one, *many;
	} rows[] = {
		{"throttled_periods", "period throttled at the CPU ceiling", "periods throttled at the CPU ceiling"},
		{"memory_hits", "time at the memory ceiling", "times at the memory ceiling"},
		{"memory_soft_hits", "time throttled above the soft memory limit", "times throttled above the soft memory limit"},
		{"tasks_hits", "fork refused at the tasks limit", "forks refused at the tasks limit"},
		{"oom_kills", "OOM kill", "OOM kills"},
		{"moved_in", "process moved in", "processes moved in"},
		{"moved_out", "process moved out", "processes moved out"},
	};

	if (!json_is_object(events))
		return;
	prose_heading(t, "Events since cgqd watches it", COLOUR_STRONG);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char number[HUMAN_TEXT_BYTES] = "-";

		if (field_is_known(events, rows[i].key))
			human_number(field_number(events, rows[i].key), number);
		printf("    %6s %s\n", number, strcmp(number, "1") == 0 ? rows[i].one : rows[i].many);
	}
}

/* What a person who comes because something died looks for. */
void limit_kills_show(const struct terminal *t, const json_t *groups)
{
	const json_t *group;
	bool begun = false;
	size_t i;

	json_array_foreach((json_t *)groups, i, group)
	{
		const char *path = field_text(group, "group");
		double kills = field_number(json_object_get(group, "events"), "oom_kills");

		if (kills <= 0)
			continue;
		if (!begun)
			prose_heading(t, "OOM kills since cgqd watches", COLOUR_BAD);
		begun = true;
		printf("    %s: %.0f; when: cgq events %s\n", path, kills, path);
	}
}
