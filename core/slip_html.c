/* slip_html.c — slips as HTML: no script, nothing from elsewhere, the style of the page in itself. See
 * slip_html.h. */
#include "core/slip_html.h"

const char slip_style[] =
    ":root{--ink:#1b1b1f;--soft:#5c5d66;--paper:#fff;--desk:#eeeef2;--line:#c9cad2}"
    "@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--soft:#b4b5bf;--paper:#1d1e23;--desk:#111216;"
    "--line:#45464f}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--desk);color:var(--ink);"
    "font:1rem/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic','Noto Sans "
    "JP',sans-serif}"
    "main{max-width:27rem;margin:0 auto;padding:1.25rem 1rem 3rem}"
    ".slip{background:var(--paper);border-radius:.9rem;padding:1.5rem 1.25rem;overflow-wrap:anywhere;"
    "font-variant-numeric:tabular-nums;box-shadow:0 1px 3px #0002}"
    ".slip p{margin:.15rem 0}.slip .c{text-align:center}.slip .e{text-align:end}"
    ".slip .b{font-weight:700}.slip .g{font-size:1.35rem;line-height:1.3;margin:.35rem 0}"
    ".slip .r{display:flex;gap:.75rem;justify-content:space-between;align-items:baseline}"
    ".slip .r span:first-child{flex:1;min-width:0}.slip .r span+span{white-space:nowrap;text-align:end}"
    ".slip .n{padding-inline-start:1rem;color:var(--soft);font-size:.92rem}"
    ".slip hr{border:0;border-top:1px dashed var(--line);margin:.8rem 0}"
    ".slip .code{margin:.9rem auto .3rem;background:#fff;border-radius:.6rem;padding:.5rem;color:#1b1b1f;"
    "text-align:center}.slip .qr{width:11rem}.slip .bar{max-width:18rem}.slip .code svg{display:block;"
    "width:100%}.slip .bar svg{height:3.6rem}"
    ".slip .logo{display:block;margin:0 auto .8rem;max-width:70%;max-height:7rem}"
    "@media(prefers-color-scheme:dark){.slip .logo{background:#fff;padding:.5rem;border-radius:.6rem}}"
    "@media "
    "print{body{background:#fff}.slip{box-shadow:none;padding:0}main{padding:0}.screen{display:none}}";

void slip_html_text(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&': buf_add(out, STR("&amp;")); break;
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        case '\'': buf_add(out, STR("&#39;")); break;
        case '\n': buf_add(out, STR("<br>")); break;
        default: buf_byte(out, text.ptr[i]);
        }
    }
}

static void open_tag(Buf *out, const SlipBlock *block)
{
    buf_add(out, STR("<p class=\""));
    if (block->kind == SLIP_ROW) buf_add(out, STR("r "));
    if (block->align == SLIP_CENTRE) buf_add(out, STR("c "));
    if (block->align == SLIP_END) buf_add(out, STR("e "));
    if (block->bold) buf_add(out, STR("b "));
    if (block->big) buf_add(out, STR("g "));
    if (block->indent) buf_add(out, STR("n "));
    buf_add(out, STR("\">"));
}

static void add_row(Buf *out, const SlipBlock *block)
{
    open_tag(out, block);
    for (size_t i = 0; i < block->count; i++) {
        /* an amount or a name keeps its own direction between those of the other */
        buf_add(out, STR("<span><bdi>"));
        slip_html_text(out, block->cells[i]);
        buf_add(out, STR("</bdi></span>"));
    }
    buf_add(out, STR("</p>"));
}

typedef struct {
    Arena  *arena;
    SlipSvg svg;
    void   *svg_arg;
    Buf    *out;
} Page;

static bool add_code(Page *page, const SlipBlock *block, Error *err)
{
    Str picture = STR_NONE, text = block->cells[0];
    if (page->svg && !page->svg(page->svg_arg, page->arena, block->kind, text, &picture, err))
        return false;
    buf_add(page->out,
            block->kind == SLIP_QR ? STR("<div class=\"code qr\">") : STR("<div class=\"code bar\">"));
    buf_add(page->out, picture);
    if (!picture.len || block->kind == SLIP_BARCODE) {
        buf_add(page->out, STR("<p dir=\"ltr\">"));
        slip_html_text(page->out, text);
        buf_add(page->out, STR("</p>"));
    }
    buf_add(page->out, STR("</div>"));
    return true;
}

static bool add_block(Page *page, const Slip *slip, const SlipBlock *block, Error *err)
{
    Buf *out = page->out;
    switch (block->kind) {
    case SLIP_TEXT:
        open_tag(out, block);
        buf_add(out, STR("<bdi>"));
        slip_html_text(out, block->cells[0]);
        buf_add(out, STR("</bdi></p>"));
        return true;
    case SLIP_ROW: add_row(out, block); return true;
    case SLIP_RULE: buf_add(out, STR("<hr>")); return true;
    case SLIP_GAP: buf_add(out, STR("<p>&nbsp;</p>")); return true;
    case SLIP_QR:
    case SLIP_BARCODE: return add_code(page, block, err);
    case SLIP_LOGO:
        if (!slip->logo.png.len) return true;
        buf_add(out, STR("<img class=\"logo\" alt=\"\" src=\"data:image/png;base64,"));
        slip_html_text(out, slip->logo.png);
        buf_add(out, STR("\">"));
        return true;
    case SLIP_CUT:
    case SLIP_DRAWER: return true;
    }
    UNREACHABLE();
}

bool slip_html_part(Arena *arena, const Slip *slip, SlipSvg svg, void *svg_arg, Buf *out, Error *err)
{
    Page page = { arena, svg, svg_arg, out };
    buf_format(out, "<article class=\"slip\" lang=\"%.*s\" dir=\"%s\">",
               STR_FMT(slip_language_code(slip->language)),
               slip_from_right(slip->language) ? "rtl" : "ltr");
    for (size_t i = 0; i < slip->count; i++)
        if (!add_block(&page, slip, &slip->blocks[i], err)) return false;
    buf_add(out, STR("</article>"));
    return !out->failed || err_memory(err);
}

bool slip_html(Arena *arena, const Slip *slip, SlipSvg svg, void *svg_arg, Str *html, Error *err)
{
    Buf out = buf_make(arena, sizeof slip_style + 16384);
    buf_format(&out, "<!doctype html>\n<html lang=\"%.*s\" dir=\"%s\"><head><meta charset=\"utf-8\">",
               STR_FMT(slip_language_code(slip->language)),
               slip_from_right(slip->language) ? "rtl" : "ltr");
    buf_add(&out, STR("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta "
                      "name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" "
                      "content=\"noindex\"><style>"));
    buf_add(&out, str_from(slip_style));
    buf_add(&out, STR("</style><title>"));
    slip_html_text(&out, slip->title);
    buf_add(&out, STR("</title></head><body><main>"));
    if (!slip_html_part(arena, slip, svg, svg_arg, &out, err)) return false;
    buf_add(&out, STR("</main></body></html>\n"));
    *html = buf_str(&out);
    return !out.failed || err_memory(err);
}
