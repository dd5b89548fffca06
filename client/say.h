/* Talk, on stderr: "cgq: …", one line. */
#pragma once

void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
