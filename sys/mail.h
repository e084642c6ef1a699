/* mail.h — one e-mail to a mail server, by SMTP, blocking, with limits. Knows nothing of what is said. */
#ifndef SYS_MAIL_H
#define SYS_MAIL_H

#include "base/error.h"

typedef struct {
    Str url; /* smtp:// (which must become encrypted, but on this machine) or smtps://, with host and port
              */
    Str user, password; /* or none */
    Str ca;             /* PEM of whom to trust instead of the authorities of the system; none: those */
    int connect_ms, total_ms;
} MailServer;

typedef struct {
    Str     from, from_name, to, subject;
    Str     id;    /* what stands before the @ in Message-ID: the same mail has the same again */
    int64_t at_ms; /* of the Date line */
    Str     text;
    Str     file_name, file_type, file; /* attached, or none */
} Mail;

typedef enum {
    MAIL_TAKEN,
    MAIL_LATER,   /* no connection, no whole answer in time, or the server says so (4xx) */
    MAIL_REFUSED, /* the server will never take this one (5xx) */
} MailOutcome;

/* Gives it to the server. *reason is what went wrong, for people; in the arena. Errors: MEMORY. */
bool mail_send(Arena *arena, const MailServer *server, const Mail *mail, MailOutcome *outcome, Str *reason,
               Error *err) MUST_USE;

/* Whether a URL is one of a mail server. Errors: CONFIG. */
bool mail_check_url(Str url, Error *err) MUST_USE;

#endif
