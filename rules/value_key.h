/*
 * A value that a rule names, and a text or number of a process, as one number: what fits has equal keys. Two that
 * differ may have equal keys too; then a rule is tried for nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cgq/key.h>

/* A literal; what a glob begins with; what it holds somewhere. */
enum key_form { KEY_WHOLE, KEY_BEGINNING, KEY_PIECE };

/* FNV-1a, so that the keys of all beginnings of a text are had on the way through it. */
static inline uint64_t key_begin(enum match_kind kind)
{
	return 0xcbf29ce484222325U ^ (uint64_t)kind;
}

static inline uint64_t key_byte(uint64_t key, char c)
{
	return (key ^ (unsigned char)c) * 0x100000001b3U;
}

/* The multiplier is murmur3's: the high half of FNV hardly depends on the last bytes. */
static inline uint32_t key_end(uint64_t key, enum key_form form)
{
	key ^= (uint64_t)form;
	key = (key ^ key >> 33) * 0xff51afd7ed558ccdU;
	return (uint32_t)(key >> 32);
}

static inline uint32_t key_of_text(enum match_kind kind, const char *text, size_t len, enum key_form form)
{
	uint64_t key = key_begin(kind);

	for (size_t i = 0; i < len; i++)
		key = key_byte(key, text[i]);
	return key_end(key, form);
}

/* A uid, a gid; device and inode. */
static inline uint32_t key_of_numbers(enum match_kind kind, uint64_t a, uint64_t b)
{
	uint64_t numbers[] = {a, b};
	char bytes[sizeof(numbers)];

	memcpy(bytes, numbers, sizeof(bytes));
	return key_of_text(kind, bytes, sizeof(bytes), KEY_WHOLE);
}
