/* words.h — the words of a text, as they are stored and looked up for search: in lower case and without
 * accents. Pure: the same in the server and in the register. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include "base/str.h"

enum { WORD_BYTES_MAX = 40, WORDS_MAX = 256 };

typedef struct {
    Str    items[WORDS_MAX]; /* distinct, in the order of their first appearance */
    size_t count;
} Words;

/* Adds the words of a text; what comes after WORDS_MAX is left out, longer words are cut.
 * A word is a run of letters and digits. Latin, Greek, Cyrillic and Armenian letters are folded to lower
 * case, Latin ones lose their accents (é is e, ß is ss, æ is ae). Chinese and Japanese characters are one
 * word each, since nothing stands between the words there. False when the arena is full. */
bool words_add(Arena *arena, Str text, Words *words) MUST_USE;

#endif
