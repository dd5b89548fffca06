/* What the output can show: width and colours. */
#include "terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"

#define WIDTH_DEFAULT 80 /* of a terminal that does not tell */

static unsigned width_of(int fd)
{
	struct winsize size = {0};
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns && text_u64(columns, &n) == 0 && n > 0 && n < 10000)
		return (unsigned)n;
	return WIDTH_DEFAULT;
}

/* https://no-color.org: any value that is not empty. */
static bool colours_unwanted(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return (no_color && *no_color) || !term || strcmp(term, "dumb") == 0;
}

void terminal_look(FILE *f, const char *when, struct terminal *ret)
{
	ret->is_terminal = isatty(fileno(f));
	ret->width = ret->is_terminal ? width_of(fileno(f)) : 0;
	if (when && strcmp(when, "always") == 0)
		ret->colours = true;
	else if (when && strcmp(when, "never") == 0)
		ret->colours = false;
	else
		ret->colours = ret->is_terminal && !colours_unwanted();
}

const char *colour_sequence(enum colour c)
{
	/* the eight colours of every terminal, so that they follow the person's own theme */
	static const char *const sequences[COLOUR__COUNT] = {
		[COLOUR_STRONG] = "\033[1m", [COLOUR_FAINT] = "\033[2m", [COLOUR_GOOD] = "\033[32m",
		[COLOUR_CARE] = "\033[33m",  [COLOUR_BAD] = "\033[1;31m",
	};

	return sequences[c];
}

const char *terminal_colour(const struct terminal *t, enum colour c)
{
	if (!t->colours)
		return "";
	return c == COLOUR_PLAIN ? "\033[0m" : colour_sequence(c);
}

enum colour colour_of_state(const char *state)
{
	static const struct {
		const char *state;
		enum colour colour;
	} rows[] = {
		{"ok", COLOUR_GOOD},	   {"passive", COLOUR_FAINT},	 {"shrinking", COLOUR_CARE},
		{"drift", COLOUR_CARE},	   {"not in force", COLOUR_BAD}, {"refused file", COLOUR_BAD},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].state, state) == 0)
			return rows[i].colour;
	return COLOUR_CARE;
}
