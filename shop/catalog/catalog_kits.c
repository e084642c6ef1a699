/* catalog_kits.c — items that are made of others. See catalog.h.
 * A virtual kit has no stock: a sale takes that of its parts. A boxed one is stocked as itself, and says what
 * is in its box. A kit may be part of another, but not of itself, and not more than KIT_DEPTH_MAX deep. */
#include "all_sql.h"
#include "core/money.h"
#include "shop/catalog/catalog_inner.h"

#include <assert.h>
#include <stdio.h>

enum {
    KIT_DEPTH_MAX  = 4,   /* kits in kits; a bundle of sets of parts is three */
    KIT_LEAVES_MAX = 200, /* different things that one sold kit takes out of the stock */
};

static bool is_virtual(Str kit)
{
    return str_eq(kit, STR("virtual"));
}

static bool whole_units(const ItemInput *item)
{
    return item->quantity_step <= 0 || item->quantity_step % QTY_ONE == 0;
}

static bool check_values(const ItemInput *item, Error *err)
{
    int64_t sum = 0;
    for (size_t i = 0; i < item->parts.count; i++)
        if (item->parts.items[i].value > 0) sum += item->parts.items[i].value;
    return sum == 0 || sum == PPM_ONE
        || err_set(err, &ERR_FIELD_INVALID, "parts", "the values must add up to 1000000, not to %lld",
                   (long long)sum);
}

bool catalog_kit_check(const ItemInput *item, Error *err)
{
    bool goods   = item->kind.len ? str_eq(item->kind, STR("goods")) : !item->service;
    bool tracked = item->tracking.len && !str_eq(item->tracking, STR("none"));
    bool serial  = str_eq(item->tracking, STR("serial")) || str_eq(item->tracking, STR("lot_serial"));
    if (tracked && !goods)
        return err_set(err, &ERR_FIELD_INVALID, "tracking", "is for goods that are counted in stock");
    if (tracked && is_virtual(item->kit))
        return err_set(err, &ERR_FIELD_INVALID, "tracking",
                       "a virtual kit has no stock: its parts are tracked");
    if (serial && !whole_units(item))
        return err_set(err, &ERR_FIELD_INVALID, "quantity_step", "what has serial numbers is sold whole");
    if (item->kit.len && !goods) return err_set(err, &ERR_FIELD_INVALID, "kit", "is for goods");
    if (item->kit.len && item->parts.count == 0)
        return err_set(err, &ERR_FIELD_INVALID, "parts", "a kit has at least one part");
    if (!item->kit.len && item->parts.count)
        return err_set(err, &ERR_FIELD_INVALID, "kit", "say what kind of kit it is, as it has parts");
    if (item->kit.len && !whole_units(item))
        return err_set(err, &ERR_FIELD_INVALID, "quantity_step", "a kit is sold whole");
    return check_values(item, err);
}

bool catalog_kit_stock_check(Ctx *ctx, Str sku, Str tracking, Str kit, Error *err)
{
    ItemBySkuRow    row;
    ItemHasStockRow stock;
    bool            found = false;
    ItemBySkuIn     in    = { ctx->who.merchant, sku };
    if (!q_item_by_sku_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return true;
    bool tracks = !str_eq(row.tracking, tracking), stocks = is_virtual(row.kit) != is_virtual(kit);
    if (!tracks && !stocks) return true;
    ItemHasStockIn of = { ctx->who.merchant, row.id };
    if (!q_item_has_stock_one(ctx->tx, ctx->arena, &of, &stock, &found, err)) return false;
    return !found
        || err_set(err, &ERR_ITEM_HAS_STOCK, tracks ? "tracking" : "kit", "there is stock of it at %.*s",
                   STR_FMT(stock.location));
}

static bool put_part(Ctx *ctx, const ItemInput *item, Id kit, size_t i, Error *err)
{
    const KitPartInput *part = &item->parts.items[i];
    KitPartItemRow      row;
    bool                found = false;
    char                field[48];
    KitPartItemIn       in = { ctx->who.merchant, part->sku };
    (void)snprintf(field, sizeof field, "parts[%zu].sku", i);
    if (!q_kit_part_item_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found || (!str_eq(row.kind, STR("goods")) && !str_eq(row.kind, STR("service"))))
        return err_set(err, &ERR_KIT_PART_UNKNOWN, field, "there are no goods with the SKU %.*s",
                       STR_FMT(part->sku));
    if (id_eq(row.id, kit)) return err_set(err, &ERR_KIT_NESTED, field, "a kit is not part of itself");
    for (size_t k = 0; k < i; k++)
        if (str_eq(item->parts.items[k].sku, part->sku))
            return err_set(err, &ERR_FIELD_INVALID, field, "is there twice");
    (void)snprintf(field, sizeof field, "parts[%zu].quantity", i);
    if (part->quantity <= 0 || part->quantity % row.qty_step != 0)
        return err_set(err, &ERR_FIELD_INVALID, field,
                       "must be a multiple of the smallest quantity of %.*s", STR_FMT(part->sku));
    KitPartPutIn put = { ctx->who.merchant,
                         kit,
                         (int64_t)i + 1,
                         row.id,
                         part->quantity,
                         !part->not_returnable,
                         part->value > 0 ? part->value : 0 };
    return q_kit_part_put_exec(ctx->tx, &put, NULL, err);
}

bool catalog_kit_put(Ctx *ctx, const ItemInput *item, Id id, bool fresh, Error *err)
{
    KitPartClearIn clear = { ctx->who.merchant, id };
    KitBelowRow    below = { 0 };
    KitAboveRow    above = { 0 };
    bool           found = false;
    if (!fresh && !q_kit_part_clear_exec(ctx->tx, &clear, NULL, err)) return false;
    if (item->parts.count == 0) return true;
    for (size_t i = 0; i < item->parts.count; i++)
        if (!put_part(ctx, item, id, i, err)) return false;
    KitBelowIn down = { ctx->who.merchant, id, KIT_DEPTH_MAX + 1 };
    KitAboveIn up   = { ctx->who.merchant, id, KIT_DEPTH_MAX + 1 };
    if (!q_kit_below_one(ctx->tx, ctx->arena, &down, &below, &found, err)
        || !q_kit_above_one(ctx->tx, ctx->arena, &up, &above, &found, err))
        return false;
    return below.levels + above.levels <= KIT_DEPTH_MAX
        || err_set(err, &ERR_KIT_NESTED, "parts", "at most %d levels of kits, and none in itself",
                   KIT_DEPTH_MAX);
}

static bool parts_of(Ctx *ctx, Id kit, KitPartsOfRow **rows, size_t *count, Error *err)
{
    return q_kit_parts_of_all(ctx->tx, ctx->arena, &(KitPartsOfIn){ ctx->who.merchant, kit }, rows, count,
                              err);
}

bool catalog_kit_show(Ctx *ctx, Id id, Item *out, Error *err)
{
    KitPartsOfRow *rows  = NULL;
    size_t         count = 0;
    if (!parts_of(ctx, id, &rows, &count, err)) return false;
    out->parts.items = arena_array(ctx->arena, KitPart, count);
    out->parts.count = count;
    if (!out->parts.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        out->parts.items[i] = (KitPart){ rows[i].sku, rows[i].name, rows[i].qty, !rows[i].returnable,
                                         rows[i].value_ppm ? rows[i].value_ppm : OPT_NONE };
    return true;
}

/* Puts a leaf into its place by id, or adds it to the one that is there. */
static bool add_leaf(SalePart *leaves, size_t *count, const SalePart *leaf, Error *err)
{
    size_t at = 0;
    while (at < *count && id_cmp(leaves[at].id, leaf->id) < 0) at++;
    if (at < *count && id_eq(leaves[at].id, leaf->id)) {
        leaves[at].qty += leaf->qty;
        leaves[at].value_ppm += leaf->value_ppm;
        leaves[at].returnable = leaves[at].returnable && leaf->returnable;
        return true;
    }
    if (*count == KIT_LEAVES_MAX)
        return err_set(err, &ERR_KIT_NESTED, "parts", "at most %d different parts", KIT_LEAVES_MAX);
    for (size_t i = (*count)++; i > at; i--) leaves[i] = leaves[i - 1];
    leaves[at] = *leaf;
    return true;
}

/* A kit that is still to be taken apart. */
typedef struct {
    Id      id;
    int64_t kits; /* how many of it are in one of the whole */
    int64_t value_ppm;
    bool    returnable;
} Apart;

/* What a rounded share of a share is short of the whole goes to the first part. */
static void settle_values(SalePart *leaves, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += leaves[i].value_ppm;
    if (sum > 0 && count) leaves[0].value_ppm += PPM_ONE - sum;
}

bool catalog_kit_parts(Ctx *ctx, Id id, SalePart **out, size_t *count, Error *err)
{
    Apart    *todo   = arena_array(ctx->arena, Apart, KIT_LEAVES_MAX + 1);
    SalePart *leaves = arena_array(ctx->arena, SalePart, KIT_LEAVES_MAX);
    size_t    left   = 0;
    *count           = 0;
    if (!todo || !leaves) return err_memory(err);
    todo[left++] = (Apart){ id, 1, PPM_ONE, true };
    while (left > 0) { /* ends: kits are not in themselves, and not deep */
        Apart          kit  = todo[--left];
        KitPartsOfRow *rows = NULL;
        size_t         n    = 0;
        if (!parts_of(ctx, kit.id, &rows, &n, err)) return false;
        for (size_t i = 0; i < n; i++) {
            const KitPartsOfRow *r     = &rows[i];
            int64_t              value = r->value_ppm * kit.value_ppm / PPM_ONE;
            int64_t              qty   = 0;
            if (__builtin_mul_overflow(r->qty, kit.kits, &qty) || qty > QTY_MAX)
                return err_set(err, &ERR_KIT_NESTED, "parts", "too much of %.*s is in it", STR_FMT(r->sku));
            SalePart leaf = {
                r->id, r->sku, r->name, r->tracking, qty, value, r->returnable && kit.returnable, r->stocked
            };
            if (!is_virtual(r->kit)) {
                if (!add_leaf(leaves, count, &leaf, err)) return false;
                continue;
            }
            if (left == KIT_LEAVES_MAX)
                return err_set(err, &ERR_KIT_NESTED, "parts", "too many kits in it");
            todo[left++] = (Apart){ r->id, qty / QTY_ONE, value, leaf.returnable };
        }
    }
    settle_values(leaves, *count);
    *out = leaves;
    return true;
}
