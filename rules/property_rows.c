/* The rows of systemd's properties, by knob. */
#include <cgq/unit.h>

const struct property_row property_rows[KNOB__COUNT] = {
#define X(id, bus, key, form) [KNOB_##id] = { bus, key, form },
	PROPERTY_TABLE(X)
#undef X
};
