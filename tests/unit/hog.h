/* A child of the test that holds memory as it is told to. It dies with the test. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

struct hog {
	pid_t pid;
	int orders, answers;
};

/* Locked, for where there is swap, reclaim would make room of it; by mmap(), since ASan makes nothing of mlock(). */
static inline char *hog_take(size_t mib)
{
	char *p = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);

	if (p == MAP_FAILED)
		_exit(1);
	for (size_t i = 0; i < mib * MIB; i += 4096)
		p[i] = 1;
	return p;
}

/* File pages of mib MiB, clean, in the page cache and charged to us. */
static inline void hog_cache(int file, size_t mib)
{
	char block[4096] = { 1 };

	for (size_t i = 0; i < mib * MIB; i += sizeof(block))
		if (write(file, block, sizeof(block)) < 0)
			_exit(1);
	fsync(file);
}

/* Orders: "a N" take N MiB more, "f" give back the last, "c N" fill the page cache, "g N" take N MiB slowly. */
static inline void hog_run(int orders, int answers, int file)
{
	char *last = NULL, order[2];
	size_t last_mib = 0;
	unsigned char mib;

	while (read(orders, order, 2) == 2) {
		mib = (unsigned char)order[1];
		if (order[0] == 'a')
			last = hog_take(last_mib = mib);
		else if (order[0] == 'f' && last)
			munmap(last, last_mib * MIB);
		else if (order[0] == 'c')
			hog_cache(file, mib);
		for (unsigned i = 0; order[0] == 'g' && i < mib; i++, usleep(20000))
			hog_take(1);
		if (write(answers, "k", 1) < 0)
			_exit(1);
	}
	_exit(0);
}

static inline struct hog hog_new(int file)
{
	int orders[2], answers[2];
	struct hog h;

	assert_int_equal(pipe(orders) | pipe(answers), 0);
	h.pid = fork();
	assert_true(h.pid >= 0);
	if (!h.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(orders[1]);
		close(answers[0]);
		hog_run(orders[0], answers[1], file);
	}
	close(orders[0]);
	close(answers[1]);
	h.orders = orders[1];
	h.answers = answers[0];
	return h;
}

static inline void hog_start(struct hog *h, char order, unsigned char mib)
{
	char text[2] = { order, (char)mib };

	assert_int_equal(write(h->orders, text, 2), 2);
}

/* False when it died of it. */
static inline bool hog_wait(struct hog *h)
{
	char byte;

	return read(h->answers, &byte, 1) == 1;
}

static inline void hog_do(struct hog *h, char order, unsigned char mib)
{
	hog_start(h, order, mib);
	assert_true(hog_wait(h));
}

/* Ends it; false when it had been killed before. */
static inline bool hog_end(struct hog *h)
{
	int status;

	close(h->orders);
	close(h->answers);
	waitpid(h->pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}
