/* The accounts, files and names that the rules of a policy mean on this machine. */
#pragma once

#include <cgq/policy.h>
#include <cgq/verdict.h>

/* Accounts of /etc only: a directory server may be slow, and nothing here is worth waiting for it. */
void resolved_here(const struct policy *p, struct resolved *ret);
void resolved_here_done(struct resolved *r, const struct policy *p);
