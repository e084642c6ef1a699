/* receipts_api.c — the routes of templates and of receipts by e-mail. See api.def. What needs orders too
 * is in flows/: receipts_find, receipt_page_show, receipt_mails_order … */
#include "shop/receipts/receipts.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/picture.h"

#include <assert.h>

#define API_DEF "shop/receipts/api.def"
#define CAPABILITY receipts
#include "shop/api_define.h"

/* --- templates --- */

static bool fill(Ctx *ctx, const ReceiptTemplatePageRow *row, ReceiptTemplate *out, Error *err)
{
    *out = (ReceiptTemplate){ .location    = row->location,
                              .language    = row->language,
                              .header      = text_or_none(row->header),
                              .footer      = text_or_none(row->footer),
                              .legal       = text_or_none(row->legal),
                              .optin       = text_or_none(row->optin),
                              .logo        = text_or_none(row->logo),
                              .standard    = row->standard,
                              .columns     = row->columns ? row->columns : OPT_NONE,
                              .no_pictures = row->no_pictures };
    return (texts_read(ctx->arena, row->hide, (TextList *)&out->hide)
            && texts_read(ctx->arena, row->pages, (TextList *)&out->pages))
        || err_memory(err);
}

bool receipt_templates_list(Ctx *ctx, const Page *request, ReceiptTemplateList *reply, Error *err)
{
    ReceiptTemplatePageRow *rows  = NULL;
    size_t                  count = 0, limit = (size_t)page_limit(request->limit);
    ReceiptTemplatePageIn   in = { ctx->who.merchant, page_after(request->cursor), (int64_t)limit + 1 };
    if (!q_receipt_template_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    size_t shown       = count > limit ? limit : count;
    reply->items.items = arena_array(ctx->arena, ReceiptTemplate, shown + 1);
    if (!reply->items.items) return err_memory(err);
    for (; reply->items.count < shown; reply->items.count++)
        if (!fill(ctx, &rows[reply->items.count], &reply->items.items[reply->items.count], err))
            return false;
    if (count <= limit) return true;
    reply->next_cursor = str_format(ctx->arena, "%.*s/%.*s", STR_FMT(rows[shown - 1].location),
                                    STR_FMT(rows[shown - 1].language));
    return reply->next_cursor.ptr || err_memory(err);
}

bool receipt_templates_show(Ctx *ctx, const ReceiptTemplateAt *request, ReceiptTemplate *reply, Error *err)
{
    ReceiptTemplateFindRow row;
    ReceiptTemplateFindIn  in    = { ctx->who.merchant, request->location, request->language };
    bool                   found = false;
    if (!q_receipt_template_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "location", "has no template in this language");
    ReceiptTemplatePageRow whole = { .location    = request->location,
                                     .language    = request->language,
                                     .header      = row.header,
                                     .footer      = row.footer,
                                     .legal       = row.legal,
                                     .optin       = row.optin,
                                     .logo        = row.logo,
                                     .hide        = row.hide,
                                     .standard    = row.standard,
                                     .columns     = row.columns,
                                     .pages       = row.pages,
                                     .no_pictures = row.no_pictures };
    return fill(ctx, &whole, reply, err);
}

static bool check_lists(const ReceiptTemplate *in, Error *err)
{
    SlipPart part;
    SlipPage page;
    for (size_t i = 0; i < in->hide.count; i++) {
        if (slip_part_find(in->hide.items[i], &part)) continue;
        (void)err_set(err, &ERR_FIELD_INVALID, "",
                      "%.*s cannot be left out; what can: logo, address, tax_number, sku, notes, saved, "
                      "barcode, link",
                      STR_FMT(in->hide.items[i]));
        return err_in_list(err, "hide", i);
    }
    for (size_t i = 0; i < in->pages.count; i++) {
        if (slip_page_find(in->pages.items[i], &page)) continue;
        return err_set(err, &ERR_FIELD_INVALID, "pages", "there are 1252, 852, 866 and 737, not %.*s",
                       STR_FMT(in->pages.items[i]));
    }
    return true;
}

static bool check_template(Ctx *ctx, const ReceiptTemplate *in, Error *err)
{
    SlipPicture logo;
    bool        there = str_eq(in->location, STR("*"));
    if (!there && !location_there(ctx, in->location, &there, err)) return false;
    if (!there)
        return err_set(err, &ERR_FIELD_INVALID, "location", "there is no such location; * means all");
    return slip_template_check(in->header, "header", err) && slip_template_check(in->footer, "footer", err)
        && slip_template_check(in->legal, "legal", err) && check_lists(in, err)
        && (!in->logo.len || picture_of_png(ctx->arena, in->logo, "logo", &logo, err));
}

static bool tell(Ctx *ctx, Str action, Str location, Str language, Error *err)
{
    Buf body   = buf_make(ctx->arena, 64);
    Str detail = str_format(ctx->arena, "%.*s/%.*s", STR_FMT(location), STR_FMT(language));
    buf_add(&body, STR("{\"location\":"));
    buf_json_string(&body, location);
    buf_add(&body, STR(",\"language\":"));
    buf_json_string(&body, language);
    buf_byte(&body, '}');
    if (body.failed || !detail.ptr) return err_memory(err);
    Id subject = audit_subject(STR("receipt_template"), detail);
    return audit_append(ctx, action, subject, detail, err)
        && events_put(ctx, &EVENT_RECEIPT_TEMPLATE_CHANGED, subject, buf_str(&body), err);
}

bool receipt_templates_change(Ctx *ctx, const ReceiptTemplate *request, ReceiptTemplate *reply, Error *err)
{
    ReceiptTemplateUnstandardIn only = { ctx->who.merchant, request->location };
    if (!check_template(ctx, request, err)) return false;
    if (request->standard && !q_receipt_template_unstandard_exec(ctx->tx, &only, NULL, err)) return false;
    ReceiptTemplatePutIn in = { .merchant    = ctx->who.merchant,
                                .location    = request->location,
                                .language    = request->language,
                                .header      = text_or_empty(request->header),
                                .footer      = text_or_empty(request->footer),
                                .legal       = text_or_empty(request->legal),
                                .optin       = text_or_empty(request->optin),
                                .logo        = text_or_empty(request->logo),
                                .hide        = texts_write(ctx->arena, (const TextList *)&request->hide),
                                .standard    = request->standard,
                                .columns     = opt_or(request->columns, 0),
                                .pages       = texts_write(ctx->arena, (const TextList *)&request->pages),
                                .no_pictures = request->no_pictures };
    if (!in.hide.ptr || !in.pages.ptr) return err_memory(err);
    ReceiptTemplateAt at = { request->location, request->language };
    return receipts_key_make(ctx, err) && q_receipt_template_put_exec(ctx->tx, &in, NULL, err)
        && tell(ctx, STR("receipt.template_put"), request->location, request->language, err)
        && receipt_templates_show(ctx, &at, reply, err);
}

bool receipt_templates_end(Ctx *ctx, const ReceiptTemplateAt *request, ReceiptTemplateList *reply,
                           Error *err)
{
    ReceiptTemplateDropIn in      = { ctx->who.merchant, request->location, request->language };
    int64_t               changed = 0;
    if (!q_receipt_template_drop_exec(ctx->tx, &in, &changed, err)) return false;
    if (!changed) return err_set(err, &ERR_NOT_FOUND, "location", "has no template in this language");
    return tell(ctx, STR("receipt.template_drop"), request->location, request->language, err)
        && receipt_templates_list(ctx, &(Page){ STR_NONE, OPT_NONE }, reply, err);
}

/* --- e-mail --- */

static ReceiptMail shown(const ReceiptMailPageRow *row)
{
    return (ReceiptMail){ .id         = row->id,
                          .kind       = row->kind,
                          .document   = row->document,
                          .address    = text_or_none(row->address),
                          .language   = row->language,
                          .state      = row->state,
                          .attempts   = row->attempts,
                          .next_at    = row->settled_at_ms ? OPT_NONE : row->next_at_ms,
                          .reason     = text_or_none(row->reason),
                          .made_at    = row->made_at_ms,
                          .settled_at = row->settled_at_ms ? row->settled_at_ms : OPT_NONE };
}

bool receipt_mails_list(Ctx *ctx, const ReceiptMailFind *request, ReceiptMailList *reply, Error *err)
{
    ReceiptMailPageRow *rows  = NULL;
    size_t              count = 0, limit = (size_t)page_limit(request->limit);
    Id                  before;
    if (!page_before(request->cursor, &before, err)) return false;
    ReceiptMailPageIn in = { ctx->who.merchant, text_or_empty(request->state),
                             request->document, id_is_none(request->document),
                             id_bytes(&before), (int64_t)limit + 1 };
    if (!q_receipt_mail_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    size_t most        = count > limit ? limit : count;
    reply->items.items = arena_array(ctx->arena, ReceiptMail, most + 1);
    if (!reply->items.items) return err_memory(err);
    for (; reply->items.count < most; reply->items.count++)
        reply->items.items[reply->items.count] = shown(&rows[reply->items.count]);
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[most - 1].id);
    return count <= limit || reply->next_cursor.ptr || err_memory(err);
}

bool receipt_mails_show(Ctx *ctx, const ById *request, ReceiptMail *reply, Error *err)
{
    ReceiptMailFindRow row;
    ReceiptMailFindIn  in    = { ctx->who.merchant, request->id };
    bool               found = false;
    static_assert(sizeof(ReceiptMailFindRow) == sizeof(ReceiptMailPageRow), "one form");
    if (!q_receipt_mail_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such mail");
    ReceiptMailPageRow same;
    memcpy(&same, &row, sizeof same);
    *reply = shown(&same);
    return true;
}

bool receipt_mails_retry(Ctx *ctx, const ById *request, ReceiptMail *reply, Error *err)
{
    ReceiptPost post;
    return receipts_post_get(ctx, request->id, &post, err)
        && receipts_post_step(ctx, &post, STR("retry"), ctx->now_ms, post.reason, err)
        && audit_append(ctx, STR("receipt.mail_retry"), post.document, post.kind, err)
        && receipt_mails_show(ctx, request, reply, err);
}
