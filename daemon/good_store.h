/* The last good version of every policy file, kept over a restart. */
#pragma once

#include "policy_files.h"

/* Fills an empty set. -ENOENT: none was kept. On any failure *ret stays empty and e says what was found. */
int good_store_load(int folder, struct file_set *ret, struct err *e);
/* -EFBIG: some are left out, with which it would not be taken again; all others are kept. */
int good_store_save(int folder, const struct file_set *set, struct err *e);

/* The same as bytes, for tests and fuzzers. */
int good_store_parse(const char *text, size_t len, struct file_set *ret, struct err *e);
char *good_store_format(const struct file_set *set, size_t max_bytes, size_t *ret_len, size_t *ret_left_out);
