/* receipts.c — how slips look. See receipts.h. */
#include "shop/receipts/receipts.h"

#include "all_sql.h"
#include "sys/picture.h"

enum { PRINTER_COLUMNS = 48 };

static bool read_parts(Ctx *ctx, Str hide, uint32_t *hidden, Error *err)
{
    TextList list;
    SlipPart part;
    *hidden = 0;
    if (!texts_read(ctx->arena, hide, &list)) return err_memory(err);
    for (size_t i = 0; i < list.count; i++)
        if (slip_part_find(list.items[i], &part)) *hidden |= 1u << part;
    return true;
}

static bool read_pages(Ctx *ctx, Str text, uint32_t *pages, Error *err)
{
    TextList list;
    SlipPage page;
    *pages = 0;
    if (!texts_read(ctx->arena, text, &list)) return err_memory(err);
    for (size_t i = 0; i < list.count; i++)
        if (slip_page_find(list.items[i], &page)) *pages |= 1u << page;
    return true;
}

static bool find_template(Ctx *ctx, Str location, Str language, ReceiptTemplateFindRow *row, bool *found,
                          Error *err)
{
    ReceiptTemplateFindIn own = { ctx->who.merchant, location, language };
    ReceiptTemplateFindIn all = { ctx->who.merchant, STR("*"), language };
    return q_receipt_template_find_one(ctx->tx, ctx->arena, &own, row, found, err)
        && (*found || q_receipt_template_find_one(ctx->tx, ctx->arena, &all, row, found, err));
}

static bool find_language(Ctx *ctx, Str location, Str country, Str asked, SlipLanguage *out, Error *err)
{
    ReceiptTemplateStandardRow row;
    ReceiptTemplateStandardIn  in    = { ctx->who.merchant, location };
    bool                       found = false;
    *out                             = slip_language_of_country(text_or_empty(country));
    if (asked.len) {
        if (slip_language_find(asked, out)) return true;
        return err_set(err, &ERR_FIELD_INVALID, "language", "is one of " SLIP_LANGUAGE_CODES);
    }
    if (!q_receipt_template_standard_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found) (void)slip_language_find(row.language, out);
    return true;
}

bool receipts_look(Ctx *ctx, Str location, Str country, Str language, ReceiptLook *out, Error *err)
{
    ReceiptTemplateFindRow row = { .header = STR_NONE };
    SlipLanguage           speaks;
    bool                   found = false;
    if (!find_language(ctx, location, country, language, &speaks, err)
        || !find_template(ctx, location, slip_language_code(speaks), &row, &found, err))
        return false;
    *out = (ReceiptLook){ .style   = { .language = speaks, .hidden = SLIP_HIDDEN_STANDARD },
                          .columns = PRINTER_COLUMNS };
    if (!found) return true;
    out->style.header = row.header;
    out->style.footer = row.footer;
    out->style.legal  = row.legal;
    out->optin        = row.optin;
    out->no_pictures  = row.no_pictures;
    if (row.columns) out->columns = (int)row.columns;
    if (row.hide.len && !read_parts(ctx, row.hide, &out->style.hidden, err)) return false;
    return read_pages(ctx, row.pages, &out->pages, err)
        && (!row.logo.len || picture_of_png(ctx->arena, row.logo, "logo", &out->style.logo, err));
}
