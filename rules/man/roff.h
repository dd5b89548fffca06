/* Text of tables in the language of man pages: roff with the man macros. */
#pragma once

/* Escaped, without a newline; words like --json are bold. */
void roff_text(const char *text);
/* The same as a line that begins with a capital and ends with a full stop. */
void roff_sentence(const char *text);
/* The same of whole lines; an empty one begins a paragraph. */
void roff_lines(const char *lines);
/* .TP with its words: bold, then plain. What follows is indented below it. */
void roff_term(const char *bold, const char *rest);
/* The same and its text. */
void roff_item(const char *bold, const char *rest, const char *text);
/* "0  answered\n1  …\n": an item each. */
void roff_exits(const char *lines);
