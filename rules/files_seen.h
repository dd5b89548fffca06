/* Policy files that are being written just now, put aside for what they were when they were seen last. */
#pragma once

#include "policy_files.h"

/*
 * Makes now what seen is, but for the file called except and for what could not be read when it was seen. Faults of what is
 * put aside go with it. Answers whether something was.
 */
bool files_seen(struct file_set *now, struct faults *faults, const struct file_set *seen, const char *except);
