/* Text of tables in the language of man pages. */
#include "man/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A hyphen that can be copied into a terminal is \- in roff. A leading dot or quote would be a request. */
static void bytes_put(const char *s, size_t len)
{
	if (len > 0 && (*s == '.' || *s == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '-')
			fputs("\\-", stdout);
		else if (s[i] == '\\')
			fputs("\\e", stdout);
		else if (s[i] == '~')
			fputs("\\(ti", stdout);
		else
			putchar(s[i]);
	}
}

static void text_put(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const char *option = memmem(s + at, len - at, "--", 2);
		size_t plain = option ? (size_t)(option - s) - at : len - at;
		size_t word = option ? 2 + strspn(option + 2, "abcdefghijklmnopqrstuvwxyz-") : 0;

		bytes_put(s + at, plain);
		at += plain;
		if (word == 0)
			continue;
		fputs("\\fB", stdout);
		bytes_put(s + at, word);
		fputs("\\fR", stdout);
		at += word;
	}
}

void roff_sentence(const char *text)
{
	char first[2] = {(char)toupper((unsigned char)*text)};

	roff_text(first);
	if (*text)
		roff_text(text + 1);
	puts(".");
}

void roff_text(const char *text)
{
	text_put(text, strlen(text));
}

void roff_lines(const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		if (len == 0)
			fputs(".PP", stdout);
		else
			text_put(lines, len);
		putchar('\n');
		lines += len + (lines[len] == '\n');
	}
}

void roff_term(const char *bold, const char *rest)
{
	fputs(".TP\n\\fB", stdout);
	bytes_put(bold, strlen(bold));
	fputs("\\fR", stdout);
	bytes_put(rest, strlen(rest));
	putchar('\n');
}

void roff_item(const char *bold, const char *rest, const char *text)
{
	roff_term(bold, rest);
	roff_text(text);
	putchar('\n');
}

void roff_exits(const char *lines)
{
	bool first = true;

	while (*lines) {
		size_t len = strcspn(lines, "\n"), number = strcspn(lines, " ");

		fputs(first ? ".TP 4\n" : ".PD 0\n.TP\n", stdout);
		first = false;
		fputs("\\fB", stdout);
		bytes_put(lines, number);
		fputs("\\fR\n", stdout);
		number += strspn(lines + number, " ");
		text_put(lines + number, len - number);
		putchar('\n');
		lines += len + (lines[len] == '\n');
	}
	puts(".PD");
}
