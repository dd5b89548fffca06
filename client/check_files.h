/* Which files a check is about, and their bytes. */
#pragma once

#include "cli_options.h"
#include "policy_files.h"

struct check_files {
	struct file_set set;   /* to be judged */
	struct faults faults;  /* found while reading it */
	struct file_set before;      /* --as: what stands in the folders now */
	struct faults faults_before;
	const char *candidate; /* --as: how the file that is judged is shown, borrowed from the options; NULL else */
	struct faults untrusted; /* the default folders: what a cgqd that runs as root would refuse */
};

/* 0, or -errno: something cannot be read (or the command line is wrong: EINVAL). check_files_done() either way. */
int check_files_read(const struct options *o, struct check_files *ret, struct err *e);
void check_files_done(struct check_files *f);
