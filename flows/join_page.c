/* join_page.c — the page on which somebody joins by phone: one form, no script, nothing from elsewhere.
 * See join_page.h. */
#include "flows/join_page.h"

#include "sys/qr.h"

#include <assert.h>

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><style>"
    ":root{--ink:#1b1b1f;--soft:#55565e;--paper:#fff;--line:#8a8b94;--field:#fff;--act:#0b57d0;--on:#fff;-"
    "-bad:#b3261e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--soft:#b4b5bf;--paper:#17181c;--line:#82838d;"
    "--field:#22242a;--act:#a8c7fa;--on:#062e6f;--bad:#f2b8b5}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:1.0625rem/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "main{max-width:30rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}"
    "h1{font-size:1.6rem;line-height:1.2;margin:0 0 .35rem}p{margin:.35rem 0}.soft{color:var(--soft)}"
    "label{display:block;font-weight:600;margin:1rem 0 .3rem}label "
    "small{font-weight:400;color:var(--soft)}"
    "input[type=text],input[type=email],input[type=tel]{width:100%;min-height:3rem;padding:.6rem "
    ".8rem;font:inherit;"
    "color:inherit;background:var(--field);border:1px solid var(--line);border-radius:.6rem}"
    "input[aria-invalid=true]{border:2px solid var(--bad)}"
    ".tick{display:flex;gap:.75rem;align-items:flex-start;margin:1.1rem 0 0;font-weight:400}"
    ".tick input{flex:none;width:1.5rem;height:1.5rem;margin:.05rem 0 0;accent-color:var(--act)}"
    "button{width:100%;min-height:3.25rem;margin-top:1.5rem;font:inherit;font-weight:600;color:var(--on);"
    "background:var(--act);border:0;border-radius:.6rem}"
    ":focus-visible{outline:3px solid var(--act);outline-offset:2px}"
    ".wrong{color:var(--bad);font-weight:600;margin-top:.9rem}"
    ".card{margin:1.5rem auto;max-width:18rem;padding:1rem;background:#fff;border-radius:1rem;"
    "border:1px solid var(--line);color:#1b1b1f;text-align:center}.card svg{display:block;width:100%}"
    ".number{font:600 1.05rem/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.06em}"
    "</style><title>";

/* Text that is safe between tags and in quoted attributes. */
static void escape(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&': buf_add(out, STR("&amp;")); break;
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        case '\'': buf_add(out, STR("&#39;")); break;
        default: buf_byte(out, text.ptr[i]);
        }
    }
}

typedef struct {
    const char *name, *label, *hint, *type, *attributes;
} Field;

static const Field fields[] = {
    { "name", "Your name", "", "text", "autocomplete=\"name\" required maxlength=\"120\"" },
    { "email", "E-mail", "", "email", "autocomplete=\"email\" inputmode=\"email\" maxlength=\"200\"" },
    { "phone", "Phone", "(e-mail or phone is enough)", "tel",
      "autocomplete=\"tel\" inputmode=\"tel\" maxlength=\"40\"" },
    { "birthday", "Birthday", "(month-day, e.g. 07-24; if you like)", "text",
      "autocomplete=\"off\" inputmode=\"text\" maxlength=\"5\" pattern=\"[01][0-9]-[0-3][0-9]\"" },
};

static void add_wrong(Buf *out, const JoinForm *form, const char *field)
{
    if (!str_eq(form->wrong, str_from(field))) return;
    buf_format(out, "<p class=\"wrong\" id=\"%s-wrong\" role=\"alert\">", field);
    escape(out, form->reason);
    buf_add(out, STR("</p>"));
}

static void add_field(Buf *out, const JoinForm *form, const Field *field, Str value)
{
    bool wrong = str_eq(form->wrong, str_from(field->name));
    buf_format(out,
               "<label for=\"%s\">%s <small>%s</small></label><input id=\"%s\" name=\"%s\" type=\"%s\" %s "
               "value=\"",
               field->name, field->label, field->hint, field->name, field->name, field->type,
               field->attributes);
    escape(out, value);
    if (wrong)
        buf_format(out, "\" aria-invalid=\"true\" aria-describedby=\"%s-wrong\" autofocus>", field->name);
    else buf_add(out, STR("\">"));
    add_wrong(out, form, field->name);
}

static void add_tick(Buf *out, const char *name, bool required, bool ticked, Str wording)
{
    buf_format(out, "<label class=\"tick\"><input type=\"checkbox\" name=\"%s\" value=\"1\"%s%s><span>",
               name, required ? " required" : "", ticked ? " checked" : "");
    escape(out, wording);
    buf_add(out, STR("</span></label>"));
}

bool join_page_form(Arena *arena, const LoyaltyProgramme *programme, Str place, const JoinForm *form,
                    Str *html, Error *err)
{
    Buf       out      = buf_make(arena, sizeof head + 8192);
    const Str values[] = { form->name, form->email, form->phone, form->birthday };
    static_assert(COUNT(fields) == COUNT(values), "a value for each field");
    buf_add(&out, str_from(head));
    escape(&out, programme->name);
    buf_add(&out, STR("</title></head><body><main><h1>Join "));
    escape(&out, programme->name);
    buf_add(&out, STR("</h1><p class=\"soft\">At "));
    escape(&out, place);
    buf_add(&out,
            STR(". It takes a few seconds, and holds for what you buy now.</p><form method=\"post\">"));
    for (size_t i = 0; i < COUNT(fields) && !form->known; i++)
        add_field(&out, form, &fields[i], text_or_empty(values[i]));
    add_tick(&out, "terms", true, form->terms, programme->terms);
    add_wrong(&out, form, "terms");
    if (programme->marketing.len)
        add_tick(&out, "marketing", false, form->marketing, programme->marketing);
    buf_add(&out, STR("<button type=\"submit\">Join</button></form></main></body></html>\n"));
    *html = buf_str(&out);
    return !out.failed || err_memory(err);
}

bool join_page_done(Arena *arena, const LoyaltyProgramme *programme, Str number, Str offer, Str *html,
                    Error *err)
{
    Buf out = buf_make(arena, sizeof head + 16384);
    Str svg = STR("");
    if (number.len && !qr_svg(arena, number, &svg, err)) return false;
    buf_add(&out, str_from(head));
    escape(&out, programme->name);
    buf_add(&out,
            STR("</title></head><body><main><h1>Welcome</h1><p role=\"status\">You are a member of "));
    escape(&out, programme->name);
    buf_add(&out, STR(" now. The till knows already.</p>"));
    if (offer.len) {
        buf_add(&out, STR("<p>For you, at once: <strong>"));
        escape(&out, offer);
        buf_add(&out, STR("</strong></p>"));
    }
    if (number.len) {
        buf_add(&out, STR("<div class=\"card\">"));
        buf_add(&out, svg);
        buf_add(&out, STR("<p class=\"number\">"));
        escape(&out, number);
        buf_add(
            &out,
            STR("</p></div><p class=\"soft\">Keep a picture of this: it is your card at each till.</p>"));
    }
    buf_add(&out, STR("</main></body></html>\n"));
    *html = buf_str(&out);
    return !out.failed || err_memory(err);
}
