/* mail.c — one e-mail by libcurl, which makes the MIME of it, too. See mail.h. */
#include "sys/mail.h"

#include "base/rfc3339.h"

#include <assert.h>
#include <curl/curl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

enum { WORD_BYTES = 42, DAYS_OF_WEEK = 7 }; /* an encoded word has 75 characters at most */
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
    (void)curl_global_init(CURL_GLOBAL_ALL);
}

static bool starts(Str url, const char *scheme)
{
    return str_starts(url, str_from(scheme));
}

bool mail_check_url(Str url, Error *err)
{
    bool ok = (starts(url, "smtp://") || starts(url, "smtps://")) && url.ptr[url.len - 1] != '/';
    for (size_t i = 0; ok && i < url.len; i++)
        ok = url.ptr[i] > ' ' && url.ptr[i] < 0x7F && url.ptr[i] != '@';
    return ok || err_set(err, &ERR_CONFIG, "", "a mail server is smtp://HOST:PORT or smtps://HOST:PORT");
}

static Str text_of(Str text)
{
    return text.ptr ? text : STR("");
}

static bool is_here(Str url)
{
    return starts(url, "smtp://127.0.0.1:") || starts(url, "smtp://localhost:")
        || starts(url, "smtp://[::1]:");
}

/* --- header lines --- */

/* Text of a header line: encoded words of RFC 2047 where it is not plain ASCII; no line break gets
 * through. */
static void add_words(Buf *out, Str text)
{
    bool plain = true;
    for (size_t i = 0; i < text.len; i++)
        plain = plain && text.ptr[i] >= ' ' && text.ptr[i] < 0x7F && text.ptr[i] != '='
             && text.ptr[i] != '"' && text.ptr[i] != '\\';
    if (plain && text.len <= WORD_BYTES) {
        buf_add(out, text);
        return;
    }
    for (size_t from = 0; from < text.len;) {
        char   room[WORD_BYTES * 2];
        size_t end = from + WORD_BYTES < text.len ? from + WORD_BYTES : text.len;
        while (end < text.len && end > from + 1 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80) end--;
        int length = EVP_EncodeBlock((unsigned char *)room, (const unsigned char *)text.ptr + from,
                                     (int)(end - from));
        buf_format(out, "%s=?UTF-8?B?%.*s?=", from ? "\r\n " : "", length, room);
        from = end;
    }
}

/* "Wed, 25 Nov 2026 22:10:50 +0000" */
static void add_date(Buf *out, int64_t at_ms)
{
    static const char *const days[] = {
        "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"
    }; /* from 1970-01-01 */
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    char                     text[RFC3339_LEN];
    int64_t                  month = 0;
    if (!rfc3339_format(at_ms, text) || !str_to_i64((Str){ text + 5, 2 }, &month)) return;
    assert(month >= 1 && month <= 12 && at_ms >= 0);
    buf_format(out, "%s, %.2s %s %.4s %.8s +0000", days[at_ms / DAY_MS % DAYS_OF_WEEK], text + 8,
               months[month - 1], text, text + 11);
}

static Str host_of(Str address)
{
    size_t at = str_index(address, '@', 0);
    return at < address.len ? str_slice(address, at + 1, address.len) : STR("localhost");
}

static struct curl_slist *add_line(struct curl_slist *list, const Buf *line, bool *ok)
{
    struct curl_slist *longer = line->failed ? NULL : curl_slist_append(list, line->ptr);
    *ok                       = *ok && longer;
    return longer ? longer : list;
}

static struct curl_slist *make_headers(Arena *arena, const Mail *mail, bool *ok)
{
    struct curl_slist *list = NULL;
    for (int which = 0; which < 6; which++) {
        Buf line = buf_make(arena, 256);
        switch (which) {
        case 0:
            buf_add(&line, STR("Date: "));
            add_date(&line, mail->at_ms);
            break;
        case 1:
            buf_add(&line, STR("From: "));
            add_words(&line, mail->from_name);
            buf_format(&line, "%s<%.*s>", mail->from_name.len ? " " : "", STR_FMT(mail->from));
            break;
        case 2: buf_format(&line, "To: <%.*s>", STR_FMT(mail->to)); break;
        case 3:
            buf_add(&line, STR("Subject: "));
            add_words(&line, mail->subject);
            break;
        case 4:
            buf_format(&line, "Message-ID: <%.*s@%.*s>", STR_FMT(mail->id), STR_FMT(host_of(mail->from)));
            break;
        default: buf_add(&line, STR("Auto-Submitted: auto-generated")); break;
        }
        buf_byte(&line, 0);
        list = add_line(list, &line, ok);
    }
    return list;
}

static curl_mime *make_body(CURL *curl, const Mail *mail, const char *file_name, const char *file_type,
                            bool *ok)
{
    curl_mime     *mime = curl_mime_init(curl);
    curl_mimepart *part = mime ? curl_mime_addpart(mime) : NULL;
    *ok                 = *ok && part && curl_mime_data(part, mail->text.ptr, mail->text.len) == CURLE_OK
       && curl_mime_type(part, "text/plain; charset=utf-8") == CURLE_OK
       && curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
    if (!*ok || !mail->file.len) return mime;
    part = curl_mime_addpart(mime);
    *ok  = part && curl_mime_data(part, mail->file.ptr, mail->file.len) == CURLE_OK
       && curl_mime_type(part, file_type) == CURLE_OK && curl_mime_filename(part, file_name) == CURLE_OK
       && curl_mime_encoder(part, "base64") == CURLE_OK;
    return mime;
}

/* --- the call --- */

typedef struct {
    CURL       *curl;
    const char *url, *user, *password, *from, *to;
} Texts;

static void set_options(const Texts *t, const MailServer *server, struct curl_slist *to,
                        struct curl_slist *headers, curl_mime *mime)
{
    CURL *curl = t->curl;
    (void)curl_easy_setopt(curl, CURLOPT_URL, t->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)server->connect_ms);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)server->total_ms);
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
                           is_here(server->url) ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
    if (is_here(server->url) && !server->ca.len)
        (void)curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_NONE);
    if (server->user.len) {
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, t->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, t->password);
    }
    if (server->ca.len) {
        struct curl_blob blob = { (void *)server->ca.ptr, server->ca.len, CURL_BLOB_COPY };
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
    }
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, t->from);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime);
}

/* A refusal of the login is ours to mend: the mail itself may still be taken. */
static MailOutcome outcome_of(CURLcode code, long status)
{
    if (code == CURLE_OK) return MAIL_TAKEN;
    if (code == CURLE_LOGIN_DENIED) return MAIL_LATER;
    return status >= 500 && status < 600 ? MAIL_REFUSED : MAIL_LATER;
}

/* The last line by which the server refused something. */
typedef struct {
    char   text[200];
    size_t len;
} Said;

static size_t on_line(char *bytes, size_t size, size_t count, void *arg)
{
    Said  *said = arg;
    size_t all = size * count, len = all < sizeof said->text ? all : sizeof said->text;
    if (len == 0 || (bytes[0] != '4' && bytes[0] != '5')) return all;
    while (len > 0 && (unsigned char)bytes[len - 1] <= ' ') len--;
    for (size_t i = 0; i < len; i++) said->text[i] = bytes[i] < ' ' || bytes[i] > '~' ? '?' : bytes[i];
    said->len = len;
    return all;
}

static bool perform(Arena *arena, const Texts *t, MailOutcome *outcome, Str *reason, Error *err)
{
    long status                = 0;
    char said[CURL_ERROR_SIZE] = "";
    Said last                  = { .len = 0 };
    (void)curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, said);
    (void)curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_line);
    (void)curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, &last);
    CURLcode code = curl_easy_perform(t->curl);
    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    *outcome = outcome_of(code, status);
    *reason  = code == CURLE_OK   ? STR("")
             : status && last.len ? str_format(arena, "%.*s", (int)last.len, last.text)
                                  : str_format(arena, "%s", said[0] ? said : curl_easy_strerror(code));
    return reason->ptr || err_memory(err);
}

bool mail_send(Arena *arena, const MailServer *server, const Mail *mail, MailOutcome *outcome, Str *reason,
               Error *err)
{
    assert(server->connect_ms > 0 && server->total_ms > 0 && mail->to.len && mail->from.len);
    (void)pthread_once(&once, init);
    bool               ok      = true;
    struct curl_slist *headers = make_headers(arena, mail, &ok), *to = NULL;
    Str                url = str_dup(arena, server->url), user = str_dup(arena, text_of(server->user));
    Str password = str_dup(arena, text_of(server->password)), from = str_dup(arena, mail->from);
    Str rcpt = str_dup(arena, mail->to), name = str_dup(arena, text_of(mail->file_name));
    Str type = str_dup(arena, text_of(mail->file_type));
    ok       = ok && url.ptr && user.ptr && password.ptr && from.ptr && rcpt.ptr && name.ptr && type.ptr;
    Texts      t = { ok ? curl_easy_init() : NULL, url.ptr, user.ptr, password.ptr, from.ptr, rcpt.ptr };
    curl_mime *mime = t.curl ? make_body(t.curl, mail, name.ptr, type.ptr, &ok) : NULL;
    to              = ok && mime ? curl_slist_append(NULL, t.to) : NULL;
    ok              = ok && to;
    if (ok) {
        set_options(&t, server, to, headers, mime);
        ok = perform(arena, &t, outcome, reason, err);
    } else {
        ok = err_memory(err);
    }
    if (t.curl) curl_easy_cleanup(t.curl);
    curl_mime_free(mime);
    curl_slist_free_all(headers);
    curl_slist_free_all(to);
    return ok;
}
