/* How a process of a helper's is called, in ps and top. */
#pragma once

/* Once, before the first process_title(): how the memory of this process is laid out, which it has in common with its children. */
void process_title_find(void);
/* comm, and in place of the arguments "comm: of whom". Where the kernel cannot do that (CONFIG_CHECKPOINT_RESTORE), comm alone. */
void process_title(const char *comm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
