/*
 * What threads that place at once say to the main loop: messages in memory, so that one costs no system call, and a descriptor
 * that is readable when there is something new: then all that waits is to be heard.
 */
#pragma once

#include <stdbool.h>

#include <cgq/err.h>

struct quick_message;
struct quick_talk;

struct quick_talk *quick_talk_new(struct err *e);
void quick_talk_free(struct quick_talk *t);
int quick_talk_fd(const struct quick_talk *t);
/* By any thread. False: there is no room, since nobody listened for some thousands of them. */
bool quick_talk_say(struct quick_talk *t, const struct quick_message *m);
/* The same, and wakes nobody: heard before the next process event, or with the next that is said. */
bool quick_talk_leave(struct quick_talk *t, const struct quick_message *m);
/* By the main loop: the next one, in the order in which they were said. Costs next to nothing when there is none. */
bool quick_talk_hear(struct quick_talk *t, struct quick_message *ret);
