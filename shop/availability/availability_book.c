/* availability_book.c — the rules and places of a channel, from memory (store/shelf.h) or from the
 * database. See availability.h. */
#include "shop/availability/availability_inner.h"

#include "all_sql.h"
#include "shop/settings/settings.h"

#include <stdlib.h>

enum {
    ON_SHELF_RULE_BOOK = 50, /* kinds of the shelf: flows/reference.c has those below */
    ON_SHELF_CHANNEL_BOOK,
    OF_ITEMS_MOST =
        200, /* rules of single items kept together with the others; more of them are read by item */
};

static ShelfKey key_of(const Ctx *ctx, int kind, Str one)
{
    return (ShelfKey){ kind, ctx->who.merchant, one, STR("") };
}

static RuleKind kind_of(Str kind)
{
    if (str_eq(kind, STR("safety"))) return RULE_SAFETY;
    if (str_eq(kind, STR("buffer"))) return RULE_BUFFER;
    return str_eq(kind, STR("offer")) ? RULE_OFFER : RULE_POLICY;
}

static RuleMode mode_of(Str mode)
{
    if (str_eq(mode, STR("no"))) return MODE_NO;
    if (str_eq(mode, STR("backorder"))) return MODE_BACKORDER;
    return str_eq(mode, STR("preorder")) ? MODE_PREORDER : MODE_OTHER;
}

/* --- rules --- */

static bool copy_rules(Arena *arena, const AvailabilityRuleKept *from, size_t count,
                       AvailabilityRuleKept **to)
{
    AvailabilityRuleKept *copy = arena_array(arena, AvailabilityRuleKept, count);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i]         = from[i];
        Scope *scope    = &copy[i].scope;
        scope->category = str_dup(arena, from[i].scope.category);
        scope->location = str_dup(arena, from[i].scope.location);
        scope->channel  = str_dup(arena, from[i].scope.channel);
        if (!scope->category.ptr || !scope->location.ptr || !scope->channel.ptr) return false;
    }
    *to = copy;
    return copy != NULL;
}

static bool copy_rule_book(Arena *arena, const void *from, void *to)
{
    const RuleBook *book = from;
    RuleBook       *copy = to;
    *copy                = *book;
    return copy_rules(arena, book->general, book->general_count, &copy->general)
        && copy_rules(arena, book->of_items, book->of_items_count, &copy->of_items);
}

static bool load_general(Ctx *ctx, RuleBook *book, Error *err)
{
    AvailabilityRulesGeneralRow *rows = NULL;
    AvailabilityRulesGeneralIn   in   = { ctx->who.merchant, STR("") };
    if (!q_availability_rules_general_all(ctx->tx, ctx->arena, &in, &rows, &book->general_count, err))
        return false;
    book->general = arena_array(ctx->arena, AvailabilityRuleKept, book->general_count);
    if (!book->general) return err_memory(err);
    for (size_t i = 0; i < book->general_count; i++) {
        book->general[i] = (AvailabilityRuleKept){ .scope      = { .category = rows[i].category,
                                                                   .location = rows[i].location,
                                                                   .channel  = rows[i].channel },
                                                   .kind       = kind_of(rows[i].kind),
                                                   .mode       = mode_of(rows[i].mode),
                                                   .quantity   = rows[i].quantity,
                                                   .lead_days  = rows[i].lead_days,
                                                   .release_ms = rows[i].release_ms };
        book->has_categories |= rows[i].category.len > 0;
    }
    return true;
}

static bool load_of_items(Ctx *ctx, RuleBook *book, Error *err)
{
    AvailabilityRulesOfItemsRow *rows  = NULL;
    size_t                       count = 0;
    AvailabilityRulesOfItemsIn   in    = { ctx->who.merchant, STR(""), OF_ITEMS_MOST + 1 };
    if (!q_availability_rules_of_items_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    book->all_items = count <= OF_ITEMS_MOST;
    if (!book->all_items) count = 0;
    book->of_items_count = count;
    book->of_items       = arena_array(ctx->arena, AvailabilityRuleKept, count);
    if (!book->of_items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        book->of_items[i] = (AvailabilityRuleKept){ .scope      = { .item     = rows[i].item,
                                                                    .category = STR(""),
                                                                    .location = rows[i].location,
                                                                    .channel  = rows[i].channel },
                                                    .kind       = kind_of(rows[i].kind),
                                                    .mode       = mode_of(rows[i].mode),
                                                    .quantity   = rows[i].quantity,
                                                    .lead_days  = rows[i].lead_days,
                                                    .release_ms = rows[i].release_ms };
    return true;
}

bool rule_book_load(Ctx *ctx, const RuleBook **out, Error *err)
{
    ShelfKey key = key_of(ctx, ON_SHELF_RULE_BOOK, STR(""));
    *out         = shelf_find(&ctx->shelf, ctx->arena, &key, ctx->now_ms);
    if (*out) return true;
    RuleBook *book = arena_new(ctx->arena, RuleBook);
    if (!book) return err_memory(err);
    if (!load_general(ctx, book, err) || !load_of_items(ctx, book, err)) return false;
    shelf_put(&ctx->shelf, ctx->arena, &key, book, sizeof *book, copy_rule_book, INT64_MIN, INT64_MAX);
    *out = book;
    return true;
}

bool rule_book_item(Ctx *ctx, Id item, AvailabilityRuleKept **out, size_t *count, Error *err)
{
    AvailabilityRulesOfRow *rows = NULL;
    AvailabilityRulesOfIn   in   = { ctx->who.merchant, item };
    if (!q_availability_rules_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, AvailabilityRuleKept, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (AvailabilityRuleKept){ .scope      = { .item     = item,
                                                            .category = STR(""),
                                                            .location = rows[i].location,
                                                            .channel  = rows[i].channel },
                                            .kind       = kind_of(rows[i].kind),
                                            .mode       = mode_of(rows[i].mode),
                                            .quantity   = rows[i].quantity,
                                            .lead_days  = rows[i].lead_days,
                                            .release_ms = rows[i].release_ms };
    return true;
}

/* --- channels --- */

static bool copy_channel_book(Arena *arena, const void *from, void *to)
{
    const ChannelBook *book = from;
    ChannelBook       *copy = to;
    *copy                   = *book;
    copy->code              = str_dup(arena, book->code);
    copy->kind              = str_dup(arena, book->kind);
    copy->places            = arena_array(arena, AvailabilityPlace, book->place_count);
    if (!copy->code.ptr || !copy->kind.ptr || !copy->places) return false;
    for (size_t i = 0; i < book->place_count; i++) {
        copy->places[i]      = book->places[i];
        copy->places[i].code = str_dup(arena, book->places[i].code);
        if (!copy->places[i].code.ptr) return false;
    }
    return true;
}

static int by_code(const void *a, const void *b)
{
    return str_cmp(((const AvailabilityPlace *)a)->code, ((const AvailabilityPlace *)b)->code);
}

static bool load_places(Ctx *ctx, Str channel, ChannelBook *book, Error *err)
{
    AvailabilityPlacesRow *rows = NULL;
    AvailabilityPlacesIn   in   = { ctx->who.merchant, channel };
    if (!q_availability_places_all(ctx->tx, ctx->arena, &in, &rows, &book->place_count, err)) return false;
    book->places = arena_array(ctx->arena, AvailabilityPlace, book->place_count);
    if (!book->places) return err_memory(err);
    for (size_t i = 0; i < book->place_count; i++)
        book->places[i] = (AvailabilityPlace){ rows[i].code, rows[i].priority, rows[i].since_ms };
    qsort(book->places, book->place_count, sizeof *book->places,
          by_code); /* bytewise, whatever the engine's order */
    return true;
}

bool channel_book_load(Ctx *ctx, Str channel, const ChannelBook **out, Error *err)
{
    ShelfKey               key   = key_of(ctx, ON_SHELF_CHANNEL_BOOK, channel);
    AvailabilityChannelRow row   = { 0 };
    bool                   found = false;
    *out                         = shelf_find(&ctx->shelf, ctx->arena, &key, ctx->now_ms);
    if (*out) return true;
    ChannelBook *book = arena_new(ctx->arena, ChannelBook);
    if (!book) return err_memory(err);
    AvailabilityChannelIn in = { ctx->who.merchant, channel };
    if (!q_availability_channel_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_CHANNEL_NOT_THERE, "channel", "there is no such channel");
    *book = (ChannelBook){
        .code = channel, .kind = row.kind, .keeps_safety = row.keeps_safety, .hard = row.hard
    };
    if (!settings_get(ctx, &SETTING_REACH_BUFFER, &book->buffer, err)) return false;
    if (row.active && !load_places(ctx, channel, book, err)) return false;
    if (!book->places) book->places = arena_array(ctx->arena, AvailabilityPlace, 0);
    if (!book->places) return err_memory(err);
    shelf_put(&ctx->shelf, ctx->arena, &key, book, sizeof *book, copy_channel_book, INT64_MIN, INT64_MAX);
    *out = book;
    return true;
}
