/* Whether a change does harm. */
#include "confirm.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

/*
 * Pressure is the kernel's average over ten seconds: half of all time is no noise, and less than a rise of 30 points
 * is what one more cron job does. Three looks in a row, since the average of a young cgroup jumps.
 */
#define PRESSURE_BAD_PERCENT  50.0
#define PRESSURE_RISE_PERCENT 30.0
#define PRESSURE_LOOKS	      3
/*
 * A busy group under a ceiling is throttled by design, often in most periods. Only what hardly was before, and now
 * is in nearly every period for ten seconds on end, was made so by the change.
 */
#define THROTTLED_BAD_PERCENT  90.0
#define THROTTLED_CALM_PERCENT 50.0
#define THROTTLED_LOOKS	       10
/* One failure is a restart that is under way or a packet that was lost. */
#define HEALTH_BAD_IN_A_ROW 2

void confirm_numbers_done(struct confirm_numbers *n)
{
	for (size_t i = 0; i < n->n; i++) {
		free(n->list[i].path);
		free(n->list[i].group);
	}
	free(n->list);
	strmap_clear(&n->numbers, NULL);
	*n = (struct confirm_numbers){0};
}

struct confirm_row *confirm_numbers_add(struct confirm_numbers *n, const char *path, const char *group)
{
	array_grow(n->list, n->n, n->cap);
	n->list[n->n] = (struct confirm_row){
		.path = must_strdup(path), .group = must_strdup(group), .pressure_percent = -1, .throttled_percent = -1};
	return &n->list[n->n++];
}

static void rows_number(struct confirm_numbers *n)
{
	for (size_t i = n->numbers.n; i < n->n; i++)
		strmap_put(&n->numbers, n->list[i].path)->value = (void *)(uintptr_t)(i + 1);
}

/* A cgroup that was not there before was made by the change: nobody was killed in it then. */
static struct confirm_row *row_before(struct confirm_numbers *before, const struct confirm_row *now)
{
	const struct strmap_entry *at = strmap_find(&before->numbers, now->path);
	struct confirm_row *new;

	if (at)
		return &before->list[(uintptr_t)at->value - 1];
	new = confirm_numbers_add(before, now->path, now->group);
	new->oom_kills = (struct counter){true, 0};
	rows_number(before);
	return new;
}

/* A counter that went back is of a cgroup that was made anew. */
static bool was_killed(struct confirm_row *before, const struct confirm_row *now)
{
	if (!now->oom_kills.known)
		return false;
	if (!before->oom_kills.known)
		before->oom_kills = now->oom_kills;
	if (now->oom_kills.value < before->oom_kills.value)
		before->oom_kills.value = 0;
	return now->oom_kills.value > before->oom_kills.value;
}

static bool is_pressed(struct confirm_row *before, double now)
{
	if (now >= 0 && before->pressure_percent < 0)
		before->pressure_percent = now;
	if (now < PRESSURE_BAD_PERCENT || now < before->pressure_percent + PRESSURE_RISE_PERCENT)
		before->pressed = 0;
	else
		before->pressed++;
	return before->pressed >= PRESSURE_LOOKS;
}

static bool is_throttled(struct confirm_row *before, double now)
{
	if (now >= 0 && before->throttled_percent < 0)
		before->throttled_percent = now;
	if (now < THROTTLED_BAD_PERCENT || before->throttled_percent > THROTTLED_CALM_PERCENT)
		before->throttled = 0;
	else
		before->throttled++;
	return before->throttled >= THROTTLED_LOOKS;
}

static bool row_judge(struct confirm_row *before, const struct confirm_row *now, char *why, size_t size)
{
	bool killed = was_killed(before, now), pressed = is_pressed(before, now->pressure_percent);
	bool throttled = is_throttled(before, now->throttled_percent);

	if (killed)
		snprintf(why, size, "oom kill in %s", now->group);
	else if (pressed)
		snprintf(why, size, "pressure of %s rose from %.0f %% to %.0f %%", now->group, before->pressure_percent,
			 now->pressure_percent);
	else if (throttled)
		snprintf(why, size, "throttling of %s rose from %.0f %% to %.0f %%", now->group, before->throttled_percent,
			 now->throttled_percent);
	return killed || pressed || throttled;
}

bool confirm_judge(struct confirm_numbers *before, const struct confirm_numbers *now, const struct confirm_health *health,
		   char *why, size_t size)
{
	char of_row[512];
	bool bad = false;

	rows_number(before);
	/* The kernel counts a kill in the groups above as well: the innermost is named. */
	for (size_t i = now->n; i-- > 0;) {
		bool is_bad = row_judge(row_before(before, &now->list[i]), &now->list[i], of_row, sizeof(of_row));

		if (is_bad && !bad)
			snprintf(why, size, "%s", of_row);
		bad |= is_bad;
	}
	if (!bad && health && health->bad_in_a_row >= HEALTH_BAD_IN_A_ROW) {
		snprintf(why, size, "health command %s", health->text);
		bad = true;
	}
	return bad;
}
