/* availability_kits.c — what may be promised of kits that are put together when they are sold: as many as
 * the part that there is least of suffices for, place by place, each part on the channel's terms. See
 * availability.h. */
#include "flows/availability.h"

/* So much of the part is in one kit; 0 when it was looked at already or is not counted. */
static int64_t need_of(const SaleItem *kit, size_t part)
{
    int64_t qty = 0;
    for (size_t i = 0; i < kit->part_count; i++) {
        if (!kit->parts[i].stocked || !id_eq(kit->parts[i].id, kit->parts[part].id)) continue;
        if (i < part) return 0;
        qty += kit->parts[i].qty;
    }
    return qty;
}

/* Lowers what the places may promise to what this part suffices for. */
static void lower(AvailableNow *out, const AvailableNow *part, int64_t need, bool first)
{
    for (size_t i = 0; i < out->count; i++) {
        AvailablePlace *place = &out->places[i];
        int64_t         kits  = 0;
        for (size_t k = 0; k < part->count; k++)
            if (str_eq(part->places[k].location, place->location))
                kits = part->places[k].why.available / need * QTY_ONE;
        if (first || kits < place->why.available) place->why.available = kits;
    }
}

bool availability_kit(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask, const SaleItem *kit,
                      AvailableNow *out, bool *counted, Error *err)
{
    *counted = false;
    if (!availability_now(ctx, of, ask, out, err)) return false;
    for (size_t i = 0; i < kit->part_count; i++) {
        int64_t         need    = need_of(kit, i);
        AvailabilityAsk of_part = { .item = kit->parts[i].id, .location = ask->location, .at = ask->at };
        AvailableNow    part;
        if (need == 0) continue;
        if (!availability_now(ctx, of, &of_part, &part, err)) return false;
        lower(out, &part, need, !*counted);
        *counted = true;
    }
    out->available = 0;
    for (size_t i = 0; *counted && i < out->count; i++) {
        AvailablePlace *place = &out->places[i];
        int64_t         kits  = place->why.available;
        place->policy         = (SellPolicy){ .mode = SELL_NONE };
        place->why            = (AtpWhy){ .sellable = kits, .limit = -1, .available = kits };
        out->available += kits;
    }
    return true;
}
