/* helpers.c — not one of the files of a capability. */
