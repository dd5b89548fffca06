/* What the output can show: width and colours. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum colour { COLOUR_PLAIN, COLOUR_STRONG, COLOUR_FAINT, COLOUR_GOOD, COLOUR_CARE, COLOUR_BAD, COLOUR__COUNT };

struct terminal {
	bool is_terminal;
	bool colours;
	unsigned width; /* columns; 0: endless */
};

/* when: "auto", "always" or "never"; NULL: auto, which heeds NO_COLOR and TERM=dumb. */
void terminal_look(FILE *f, const char *when, struct terminal *ret);
/* The sequence that begins a colour, "" where there are none. COLOUR_PLAIN ends any. */
const char *terminal_colour(const struct terminal *t, enum colour c);
/* The sequence, whether or not the terminal takes it; NULL for PLAIN. */
const char *colour_sequence(enum colour c);
/* How a group's state is to be shown. */
enum colour colour_of_state(const char *state);
