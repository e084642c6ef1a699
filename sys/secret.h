/* secret.h — secrets by their names: the program is told what a secret is called, never the secret. */
#ifndef SYS_SECRET_H
#define SYS_SECRET_H

#include "base/str.h"

enum { SECRET_BYTES_MAX = 4096 };

/* The file NAME in the folder $ONETILL_SECRETS (or systemd's $CREDENTIALS_DIRECTORY), without white space
 * at its end; or else the variable ONETILL_SECRET_NAME, in capitals. A name has small letters, digits and
 * '_' only. STR_NONE: there is none, or it is too long. In the arena. */
Str secret_read(Arena *arena, Str name);

#endif
