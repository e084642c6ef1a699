/* left.c — FIXME: in a comment. */
