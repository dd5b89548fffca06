/* A file in INI syntax as sections and records. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/memory.h>
#include <cgq/policy.h>

/* One "key = value". */
struct ini_record {
	unsigned section;  /* index into sections */
	unsigned line;
	const char *key;   /* lower-cased */
	const char *value; /* NULL: told to be at fault already */
	bool is_lost;	   /* no 'key = value' at all: key is the first word of it, may be empty */
};

struct ini_section {
	unsigned line;
	const char *name;  /* lower-cased; NULL: its header is missing or at fault, which was told */
	const char *text;  /* the whole header, lower-cased; empty when it is missing */
};

/* In the order of the file. Owns its strings. */
struct ini_text {
	struct arena arena;
	struct ini_section *sections;
	size_t n_sections, cap_sections;
	struct ini_record *records;
	size_t n_records, cap_records;
	bool is_hopeless; /* nothing of it can be read */
};

void ini_text_done(struct ini_text *t);
