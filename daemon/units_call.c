/* What systemd is asked to do: set properties, find units, start scopes, freeze. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"
#include "units_parts.h"

static int setting_append(sd_bus_message *m, const struct unit_setting *s)
{
	const struct property_row *row = &property_rows[property_knob(s->knob)];
	unsigned char mask[PROPERTY_MASK_BYTES];
	int r;

	if (row->form != PROPERTY_LIST)
		return sd_bus_message_append(m, "(sv)", row->bus, "t", property_number(s->knob, &s->value));
	r = sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", row->bus);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', mask, property_mask(value_list(&s->value), mask));
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* How many there are, in an array that is open. */
static int settings_append(sd_bus_message *m, const struct unit_setting *list, size_t n)
{
	auto_free struct unit_setting *sorted = must_alloc((n + 1) * sizeof(*sorted));
	int r = 0;

	if (n)
		memcpy(sorted, list, n * sizeof(*sorted));
	n = settings_sort(sorted, n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = setting_append(m, &sorted[i]);
	return r < 0 ? r : (int)n;
}

int units_set(struct units *u, const char *name, const struct unit_setting *list, size_t n, struct err *e)
{
	auto_message sd_bus_message *m = NULL;
	int r = units_call_new(u, "SetUnitProperties", &m, e), count;

	if (r < 0)
		return r;
	r = sd_bus_message_append(m, "sb", name, true);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sv)");
	count = r >= 0 ? settings_append(m, list, n) : r;
	if (count == 0)
		return 0;
	r = count < 0 ? count : sd_bus_message_close_container(m);
	return units_call(u, m, r, name, NULL, e);
}

int units_find(struct units *u, const char *pattern, int (*each)(void *ctx, const char *name, const char *active_state),
	       void *ctx, struct err *e)
{
	auto_message sd_bus_message *m = NULL, *answer = NULL;
	const char *name, *active;
	int r = units_call_new(u, "ListUnitsByPatterns", &m, e), told = 0;

	if (r >= 0)
		r = units_call(u, m, sd_bus_message_append(m, "asas", 0, 1, pattern), pattern, &answer, e);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(answer, 'a', "(ssssssouso)");
	while (r >= 0 && told == 0 &&
	       (r = sd_bus_message_read(answer, "(ssssssouso)", &name, NULL, NULL, &active, NULL, NULL, NULL, NULL, NULL, NULL)) > 0)
		told = each(ctx, name, active);
	return r < 0 ? fail(e, -r, "systemd: ListUnitsByPatterns: the answer is of no known form") : told;
}

static int pids_append(sd_bus_message *m, const pid_t *pids, size_t n)
{
	int r = sd_bus_message_open_container(m, 'a', "u");

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = sd_bus_message_append(m, "u", (uint32_t)pids[i]);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int pids_property_append(sd_bus_message *m, const pid_t *pids, size_t n)
{
	int r = sd_bus_message_open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "PIDs");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "au");
	if (r >= 0)
		r = pids_append(m, pids, n);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* Collected also when it failed: its name is free again once it has ended. */
static int scope_append(sd_bus_message *m, const struct unit_scope *s)
{
	int r = sd_bus_message_append(m, "ss", s->name, "fail");

	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sv)");
	if (r >= 0)
		r = sd_bus_message_append(m, "(sv)(sv)(sv)(sv)", "Description", "s", s->description, "Slice", "s", s->slice,
					  "Delegate", "b", (int)s->delegate, "CollectMode", "s", "inactive-or-failed");
	if (r >= 0)
		r = pids_property_append(m, s->pids, s->n_pids);
	if (r >= 0)
		r = settings_append(m, s->settings, s->n_settings);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_append(m, "a(sa(sv))", 0);
}

static bool job_has_ended(const struct units *u)
{
	return u->job_result || !u->connected;
}

static int job_wait(struct units *u, const char *subject, struct err *e)
{
	int r = units_wait(u, job_has_ended);

	if (r < 0 || !u->job_result)
		return fail(e, r < 0 ? -r : ENOTCONN, "systemd: the start of %s: no end of it was told: %s", TEXT_ESCAPED(subject),
			    strerror(r < 0 ? -r : ENOTCONN));
	if (strcmp(u->job_result, "done") != 0)
		return fail(e, EIO, "systemd: the start of %s: %s", TEXT_ESCAPED(subject), TEXT_ESCAPED(u->job_result));
	return 0;
}

static void job_forget(struct units *u)
{
	free(u->job);
	free(u->job_result);
	u->job = u->job_result = NULL;
}

int units_scope_start(struct units *u, const struct unit_scope *s, struct err *e)
{
	auto_message sd_bus_message *m = NULL, *answer = NULL;
	int r = units_call_new(u, "StartTransientUnit", &m, e);
	const char *job;

	if (r >= 0)
		r = units_call(u, m, scope_append(m, s), s->name, &answer, e);
	if (r < 0)
		return r;
	r = sd_bus_message_read(answer, "o", &job);
	if (r < 0)
		return fail(e, -r, "systemd: StartTransientUnit: the answer is of no known form");
	u->job = must_strdup(job);
	r = job_wait(u, s->name, e);
	job_forget(u);
	return r;
}

int units_scope_attach(struct units *u, const char *name, const pid_t *pids, size_t n, struct err *e)
{
	auto_message sd_bus_message *m = NULL;
	int r = units_call_new(u, "AttachProcessesToUnit", &m, e);

	if (r < 0)
		return r;
	r = sd_bus_message_append(m, "ss", name, "");
	if (r >= 0)
		r = pids_append(m, pids, n);
	return units_call(u, m, r, name, NULL, e);
}

static int named_call(struct units *u, const char *method, const char *name, struct err *e)
{
	auto_message sd_bus_message *m = NULL;
	int r = units_call_new(u, method, &m, e);

	return r < 0 ? r : units_call(u, m, sd_bus_message_append(m, "s", name), name, NULL, e);
}

int units_freeze(struct units *u, const char *name, struct err *e)
{
	return named_call(u, "FreezeUnit", name, e);
}

int units_thaw(struct units *u, const char *name, struct err *e)
{
	return named_call(u, "ThawUnit", name, e);
}
