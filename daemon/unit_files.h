/* The files below /run that hold a unit to its limits: cgqd's own drop-in, and those that SetUnitProperties leaves. */
#pragma once

#include <cgq/err.h>
#include <cgq/unit.h>

#include "units.h"

#define UNIT_FILE_NAME "zz-cgq.conf"
#define UNIT_NAME_MAX_BYTES 255
#define CONTROL_FILE_MAX_BYTES (16U << 10) /* systemd's own have about 150 */

/* Both have a folder UNIT.d a unit. */
struct unit_folders {
	const char *system;  /* cgqd's drop-ins */
	const char *control; /* what SetUnitProperties(runtime) leaves: 50-KEY.conf */
};

extern const struct unit_folders unit_folders_of_systemd; /* /run/systemd/system, /run/systemd/system.control */

/* A name as systemd has it, of a type that can be limited; what may be part of a path. */
bool unit_name_ok(const char *name);

/* Which of a unit's folders stand; and the one that holds all of control's, which systemd makes for its first file. */
struct unit_folders_stand {
	bool system, control, root;
};

int unit_folders_look(const struct unit_folders *f, const char *unit, struct unit_folders_stand *ret, struct err *e);

/* The whole drop-in, for tests and for people; owned by the caller. */
char *unit_file_text(const char *unit, const struct unit_setting *list, size_t n);
/* Puts these into the unit's drop-in, beside what stands there of other knobs. In one step; not touched where it says so already. */
int unit_file_put(const struct unit_folders *f, const char *unit, const struct unit_setting *list, size_t n, struct err *e);
/* Which knobs stand in it, as bits; of the weight and "idle", both. */
int unit_file_look(const struct unit_folders *f, const char *unit, uint32_t *ret_knobs, struct err *e);
/* Takes the knobs (bits) out of it; the file goes with its last line. */
int unit_file_take(const struct unit_folders *f, const char *unit, uint32_t knobs, struct err *e);

/* One file, byte for byte. */
struct kept_file {
	bool stands;
	char *text; /* owned */
	size_t len;
};

void kept_file_done(struct kept_file *f);
/* The knob's control file, 50-KEY.conf. -EFBIG: a person's work, too long to be kept. */
int control_file_read(const struct unit_folders *f, const char *unit, enum knob k, struct kept_file *ret, struct err *e);
/* As it was: the same bytes, or none. */
int control_file_restore(const struct unit_folders *f, const char *unit, enum knob k, const struct kept_file *before,
			 struct err *e);
/* The unit's folders that are empty and did not stand before. */
int unit_folders_drop(const struct unit_folders *f, const char *unit, struct unit_folders_stand before, struct err *e);
