/*
 * What a unit's own files say of a knob, cgqd's left out: for a unit that came after cgqd's drop-in for it, so that
 * systemd never showed what it has without.
 */
#pragma once

#include "unit_files.h"
#include "units.h"

/*
 * k: property_knob() of one. As its last file has it, a weight of 0 being "idle"; what no file says, or none that can be read, or a percentage
 * of the machine, is left as ret has it, which is systemd's default.
 */
void unit_own_value(const struct unit_folders *f, const struct unit_props *p, enum knob k, struct arena *arena,
		    struct value *ret);
/* The same of one file's bytes: assignments that are not the knob's, or of no known form, change nothing. */
void unit_own_read(const char *text, enum knob k, const struct value *fallback, struct arena *arena, struct value *ret);
