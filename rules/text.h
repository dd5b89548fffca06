/* Strict readers of numbers and small texts. Whole string, no sign, no blanks, overflow checked; nothing else reads numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All return 0, -EINVAL (not that form) or -ERANGE (that form, but too large); *ret is untouched on failure. */
int text_u64(const char *s, uint64_t *ret);		 /* "0", "17"; not "017", "+1", " 1", "0x10", "1e9" */
int text_u32(const char *s, uint32_t *ret); /* the same of what has 32 bits */
int text_decimal(const char *s, unsigned places, uint64_t *ret); /* "1.5" with places 3: 1500; ".5" and "1." are not */
int text_bytes(const char *s, uint64_t *ret);		 /* "512M", "1.5G", "4096"; K M G T binary */
int text_percent(const char *s, uint64_t *ret);		 /* "40%", "33.333%": thousandths; may exceed 100 % */
int text_rate(const char *s, uint64_t *ret);		 /* "100Mbit", "1.5Gbit", "64kbit": bits a second */
bool text_hex(const char *s, size_t len, uint64_t *ret); /* exactly len digits, at most 16; what follows is not looked at */
int text_seconds(const char *s, uint64_t *ret);		 /* "30s", "5m", "1h" */
int text_bool(const char *s, bool *ret);		 /* yes no true false on off 1 0 */
int text_list(const char *s, unsigned max, char *ret, size_t size); /* "3,0-2" -> "0-3"; -EINVAL when empty; -E2BIG */
unsigned text_list_count(const char *normalised);
void text_list_each(const char *normalised, void (*each)(void *ctx, unsigned i), void *ctx); /* ascending */
bool text_list_within(const char *inner, const char *outer); /* both normalised */
void text_list_common(const char *a, const char *b, char *ret, size_t size); /* what both hold; "" where that is nothing */

/* The other way: "17", without NUL. Answers how many digits. Where ten thousand are written, printf() costs more than the rest. */
#define TEXT_U64_BYTES 20
size_t text_put_u64(uint64_t n, char ret[TEXT_U64_BYTES]);

/*
 * Foreign bytes made fit for one line of a log or a terminal: control and non-ASCII bytes become \n, \t or \xHH,
 * a backslash stays. Always terminates; "…" at the end where it was cut. Returns ret.
 */
char *text_escape(const char *s, size_t len, char *ret, size_t size);
#define TEXT_ESCAPED(s) text_escape((s), strlen(s), (char[256]){0}, 256)

/* The candidate that s was probably meant to be (edit distance at most 2, or a third of its length), or NULL. */
const char *text_suggest(const char *s, const char *const *candidates, size_t n);

uint64_t text_hash(uint64_t seed, const char *s, size_t len); /* FNV-1a, 64 bit; seed 0 to begin */
