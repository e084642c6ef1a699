/* another.c — says the name of another file. */
