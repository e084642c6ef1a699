/* sourcing.c — sites, rules and policies. See sourcing.h; zones and services are in sourcing_shipping.c. */
#include "shop/sourcing/sourcing_inner.h"

#include "base/rfc3339.h"
#include "core/geo.h"
#include "core/money.h"
#include "core/source.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/settings/settings.h"

#include <assert.h>
#include <stdio.h>

enum { WEEK = 7, MINUTES = 1440, MINUTE_MS = 60000 };

static const char *const day_names[WEEK] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

bool sourcing_tell(Ctx *ctx, Str what, Str done, Str code, Error *err)
{
    Str parts[] = { STR("sourcing_"), what, STR("."), done };
    Str kind    = str_join(ctx->arena, parts, 2);
    Str action  = str_join(ctx->arena, parts, 4);
    Buf body    = buf_make(ctx->arena, 96);
    buf_add(&body, STR("{\"what\":"));
    buf_json_string(&body, what);
    buf_add(&body, STR(",\"code\":"));
    buf_json_string(&body, code);
    buf_byte(&body, '}');
    if (body.failed || !kind.ptr || !action.ptr) return err_memory(err);
    Id subject = audit_subject(kind, code);
    return audit_append(ctx, action, subject, code, err)
           && events_put(ctx, &EVENT_SOURCING_CHANGED, subject, buf_str(&body), err);
}

bool sourcing_know_location(Ctx *ctx, Str code, const char *field, Error *err)
{
    bool found = false;
    if (!location_there(ctx, code, &found, err)) return false;
    return found || err_set(err, &ERR_SOURCING_LOCATION, field, "no such location");
}

static bool know_channel(Ctx *ctx, Str code, Error *err)
{
    SourcingChannelOfRow row;
    bool                 found = false;
    SourcingChannelOfIn  in    = { ctx->who.merchant, code };
    if (!q_sourcing_channel_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    return found || err_set(err, &ERR_SOURCING_CHANNEL, "channel", "no such channel");
}

int64_t weekday_number(Str name)
{
    for (int64_t i = 0; i < WEEK; i++)
        if (str_eq(name, str_from(day_names[i]))) return i + 1;
    return 0;
}

Str weekday_name(int64_t number)
{
    assert(number >= 1 && number <= WEEK);
    return str_from(day_names[number - 1]);
}

bool weekdays_read(const TextList *days, int64_t *bits, Error *err)
{
    *bits = 0;
    for (size_t i = 0; i < days->count; i++) {
        int64_t number = weekday_number(days->items[i]);
        if (!number)
            return err_set(err, &ERR_FIELD_INVALID, "weekdays",
                           "must be of mon, tue, wed, thu, fri, sat, sun");
        *bits |= 1 << (number - 1);
    }
    return true;
}

bool weekdays_write(Arena *arena, int64_t bits, TextList *out)
{
    *out = (TextList){ arena_array(arena, Str, WEEK), 0 };
    for (int64_t i = 0; out->items && i < WEEK; i++)
        if (bits >> i & 1) out->items[out->count++] = str_from(day_names[i]);
    return out->items != NULL;
}

Str sourcing_postal(Arena *arena, Str text)
{
    char  *to  = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; to && i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ' ') continue;
        to[len++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return to ? (Str){ to, len } : STR_NONE;
}

/* --- methods --- */

bool sourcing_does(Str methods, Str kind, Str method, int64_t *cut_off)
{
    *cut_off = -1;
    if (methods.len == 0)
        return str_eq(method, STR("ship"))
               || (!str_eq(kind, STR("warehouse")) && !str_eq(method, STR("same_day")));
    for (size_t at = 0; at < methods.len;) {
        size_t end   = str_index(methods, ' ', at);
        Str    word  = str_slice(methods, at, end);
        size_t colon = str_index(word, ':', 0);
        if (str_eq(str_slice(word, 0, colon), method))
            return colon == word.len || str_to_i64(str_slice(word, colon + 1, word.len), cut_off);
        at = end + 1;
    }
    return false;
}

static Str methods_write(Arena *arena, const SourcingSite *site)
{
    Buf buf = buf_make(arena, 96);
    for (size_t i = 0; i < site->methods.count; i++) {
        if (i) buf_byte(&buf, ' ');
        buf_add(&buf, site->methods.items[i].method);
        if (site->methods.items[i].cut_off == OPT_NONE) continue;
        buf_byte(&buf, ':');
        buf_i64(&buf, site->methods.items[i].cut_off);
    }
    return buf.failed ? STR_NONE : site->methods.count ? buf_str(&buf) : STR("");
}

static bool methods_show(Ctx *ctx, Str methods, SourcingSite *out, Error *err)
{
    out->methods.items = arena_array(ctx->arena, SourcingMethod, methods.len + 1);
    if (!out->methods.items) return err_memory(err);
    for (size_t at = 0; at < methods.len;) {
        size_t          end  = str_index(methods, ' ', at);
        Str             word = str_slice(methods, at, end);
        size_t          name = str_index(word, ':', 0);
        SourcingMethod *to   = &out->methods.items[out->methods.count++];
        *to                  = (SourcingMethod){ str_slice(word, 0, name), OPT_NONE };
        if (name < word.len && !str_to_i64(str_slice(word, name + 1, word.len), &to->cut_off))
            return err_set(err, &ERR_INTERNAL, "methods", "stored methods are not as they must be");
        at = end + 1;
    }
    return true;
}

static bool methods_check(const SourcingSite *site, Error *err)
{
    for (size_t i = 0; i < site->methods.count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(site->methods.items[i].method, site->methods.items[k].method)) {
                (void)err_set(err, &ERR_FIELD_INVALID, "method", "is named twice");
                return err_in_list(err, "methods", i);
            }
    return true;
}

/* --- hours --- */

/* 2026-12-25 as 20261225. */
static bool date_number(Str text, int64_t *out)
{
    char    full[RFC3339_LEN + 1];
    int64_t ms = 0;
    *out       = 0;
    (void)snprintf(full, sizeof full, "%.*sT00:00:00Z", STR_FMT(text));
    if (text.len != 10 || !rfc3339_parse(str_from(full), &ms)) return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '-') *out = *out * 10 + (text.ptr[i] - '0');
    return *out > WEEK;
}

/* Puts a window where it belongs; refused when it has no length or is in another. */
static bool hours_add(WorkHours *hours, WorkWindow window, bool closed, Error *err)
{
    size_t i = hours->count;
    if (!closed && window.from >= window.until)
        return err_set(err, &ERR_FIELD_INVALID, "until", "must be behind from");
    for (size_t k = 0; k < hours->count; k++) {
        const WorkWindow *other = &hours->items[k];
        if (other->day == window.day
            && (closed || other->from == other->until
                || (window.from < other->until && other->from < window.until)))
            return err_set(err, &ERR_FIELD_INVALID, "from", "these hours are in others of the same day");
    }
    for (; i > 0; i--) {
        const WorkWindow *before = &hours->items[i - 1];
        if (before->day < window.day || (before->day == window.day && before->from < window.from)) break;
        hours->items[i] = *before;
    }
    hours->items[i] = window;
    hours->count++;
    return true;
}

static bool hours_of(Ctx *ctx, const SourcingSite *site, WorkHours *out, Error *err)
{
    *out = (WorkHours){ arena_array(ctx->arena, WorkWindow, site->hours.count + site->dates.count + 1), 0 };
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < site->hours.count; i++) {
        const OpenHours *open   = &site->hours.items[i];
        WorkWindow       window = { weekday_number(open->day), open->from, open->until };
        if (!hours_add(out, window, false, err)) return err_in_list(err, "hours", i);
    }
    for (size_t i = 0; i < site->dates.count; i++) {
        const OpenDate *date   = &site->dates.items[i];
        bool            closed = date->from == OPT_NONE && date->until == OPT_NONE;
        WorkWindow      window = { 0, opt_or(date->from, 0), closed ? 0 : opt_or(date->until, MINUTES) };
        if (!date_number(date->date, &window.day)) {
            (void)err_set(err, &ERR_FIELD_INVALID, "date", "must be a date, e.g. 2026-12-25");
            return err_in_list(err, "dates", i);
        }
        if (!hours_add(out, window, closed, err)) return err_in_list(err, "dates", i);
    }
    return true;
}

static bool hours_show(Ctx *ctx, Str text, SourcingSite *out, Error *err)
{
    WorkHours hours;
    if (!work_hours_read(ctx->arena, text, &hours, err)) return false;
    out->hours.items = arena_array(ctx->arena, OpenHours, hours.count + 1);
    out->dates.items = arena_array(ctx->arena, OpenDate, hours.count + 1);
    if (!out->hours.items || !out->dates.items) return err_memory(err);
    for (size_t i = 0; i < hours.count; i++) {
        const WorkWindow *window = &hours.items[i];
        if (window->day <= WEEK) {
            out->hours.items[out->hours.count++] =
                (OpenHours){ weekday_name(window->day), window->from, window->until };
            continue;
        }
        bool closed = window->from == window->until;
        Str  date   = str_format(ctx->arena, "%04lld-%02lld-%02lld", (long long)(window->day / 10000),
                                 (long long)(window->day / 100 % 100), (long long)(window->day % 100));
        if (!date.ptr) return err_memory(err);
        out->dates.items[out->dates.count++] =
            (OpenDate){ date, closed ? OPT_NONE : window->from, closed ? OPT_NONE : window->until };
    }
    return true;
}

/* --- sites --- */

bool sourcing_show_site(Ctx *ctx, const SourcingSiteFindRow *row, SourcingSite *out, Error *err)
{
    *out = (SourcingSite){ .location         = row->location,
                           .latitude         = row->has_point ? row->latitude : OPT_NONE,
                           .longitude        = row->has_point ? row->longitude : OPT_NONE,
                           .postal_code      = text_or_none(row->postal_code),
                           .preparation      = row->preparation,
                           .capacity         = row->capacity ? row->capacity : OPT_NONE,
                           .parcel_cost      = row->parcel_cost,
                           .unit_cost        = row->unit_cost,
                           .same_day_radius  = row->same_day_radius ? row->same_day_radius : OPT_NONE,
                           .same_day_minutes = row->same_day_minutes };
    return methods_show(ctx, row->methods, out, err) && hours_show(ctx, row->hours, out, err);
}

bool sourcing_find_site(Ctx *ctx, Str location, SourcingSite *out, bool *found, Error *err)
{
    SourcingSiteFindRow row;
    SourcingSiteFindIn  in = { ctx->who.merchant, location };
    if (!q_sourcing_site_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    return !*found || sourcing_show_site(ctx, &row, out, err);
}

bool sourcing_put_site(Ctx *ctx, const SourcingSite *site, Error *err)
{
    WorkHours hours;
    int64_t   standard  = 0;
    bool      has_point = site->latitude != OPT_NONE;
    if (!sourcing_know_location(ctx, site->location, "location", err)) return false;
    if (has_point != (site->longitude != OPT_NONE))
        return err_set(err, &ERR_FIELD_INVALID, has_point ? "longitude" : "latitude",
                       "a place on the map has both");
    if (!settings_get(ctx, &SETTING_SOURCING_PREPARATION, &standard, err)) return false;
    if (!methods_check(site, err) || !hours_of(ctx, site, &hours, err)) return false;
    SourcingSitePutIn in = { .merchant         = ctx->who.merchant,
                             .location         = site->location,
                             .has_point        = has_point,
                             .latitude         = opt_or(site->latitude, 0),
                             .longitude        = opt_or(site->longitude, 0),
                             .postal_code      = text_or_empty(site->postal_code),
                             .methods          = methods_write(ctx->arena, site),
                             .hours            = work_hours_write(ctx->arena, &hours),
                             .preparation      = opt_or(site->preparation, standard),
                             .capacity         = opt_or(site->capacity, 0),
                             .parcel_cost      = opt_or(site->parcel_cost, 0),
                             .unit_cost        = opt_or(site->unit_cost, 0),
                             .same_day_radius  = opt_or(site->same_day_radius, 0),
                             .same_day_minutes = opt_or(site->same_day_minutes, SOURCING_SAME_DAY_MINUTES) };
    if (!in.methods.ptr || !in.hours.ptr) return err_memory(err);
    return q_sourcing_site_put_exec(ctx->tx, &in, NULL, err)
           && sourcing_tell(ctx, STR("site"), STR("put"), site->location, err);
}

/* --- rules --- */

SourcingRule sourcing_show_rule(const SourcingRuleFindRow *row)
{
    bool keep = str_eq(row->kind, STR("keep")), never = str_eq(row->kind, STR("never"));
    return (SourcingRule){ .code     = row->code,
                           .kind     = row->kind,
                           .channel  = text_or_none(row->channel),
                           .method   = text_or_none(row->method),
                           .location = text_or_none(row->location),
                           .sku      = text_or_none(row->sku),
                           .category = text_or_none(row->category),
                           .amount   = never || (keep && row->amount < 0) ? OPT_NONE : row->amount,
                           .quantity = keep ? row->qty : OPT_NONE };
}

/* What a rule of its kind must have, and must not. */
static bool rule_check(const SourcingRule *rule, Error *err)
{
    bool never = str_eq(rule->kind, STR("never")), prefer = str_eq(rule->kind, STR("prefer"));
    bool keep = str_eq(rule->kind, STR("keep")), risk = str_eq(rule->kind, STR("risk"));
    if (!code_check(rule->code, "code", err)) return false;
    if (prefer && !rule->location.len)
        return err_set(err, &ERR_FIELD_INVALID, "location", "must say which location is preferred");
    if (never && !rule->location.len && !rule->sku.len && !rule->category.len)
        return err_set(err, &ERR_FIELD_INVALID, "location", "a rule that forbids everything everywhere");
    if (prefer && (rule->sku.len || rule->category.len))
        return err_set(err, &ERR_FIELD_INVALID, rule->sku.len ? "sku" : "category",
                       "a location is preferred as a whole");
    if (rule->sku.len && rule->category.len)
        return err_set(err, &ERR_FIELD_INVALID, "category", "either an item or a category");
    if ((prefer || risk) && rule->amount == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "amount", "must be given");
    if (never && rule->amount != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "amount", "what is never done has no price");
    if (!risk && rule->amount != OPT_NONE && rule->amount < 0)
        return err_set(err, &ERR_FIELD_INVALID, "amount", "must not be below zero");
    if (!keep && rule->quantity != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "only for keep");
    return true;
}

bool sourcing_put_rule(Ctx *ctx, const SourcingRule *rule, Error *err)
{
    SourcingItemOfRow item  = { { { 0 } } };
    bool              found = false;
    SourcingItemOfIn  ask   = { ctx->who.merchant, rule->sku };
    bool              keep  = str_eq(rule->kind, STR("keep"));
    if (!rule_check(rule, err)) return false;
    if (rule->location.len && !sourcing_know_location(ctx, rule->location, "location", err)) return false;
    if (rule->channel.len && !know_channel(ctx, rule->channel, err)) return false;
    if (rule->sku.len) {
        if (!q_sourcing_item_of_one(ctx->tx, ctx->arena, &ask, &item, &found, err)) return false;
        if (!found) return err_set(err, &ERR_SOURCING_SKU, "sku", "no such item");
    }
    SourcingRulePutIn in = { .merchant = ctx->who.merchant,
                             .code     = rule->code,
                             .kind     = rule->kind,
                             .channel  = text_or_empty(rule->channel),
                             .method   = text_or_empty(rule->method),
                             .location = text_or_empty(rule->location),
                             .item     = item.id,
                             .category = text_or_empty(rule->category),
                             .amount   = opt_or(rule->amount, keep ? SOURCE_NEVER : 0),
                             .qty      = keep ? opt_or(rule->quantity, QTY_ONE) : 0 };
    return q_sourcing_rule_put_exec(ctx->tx, &in, NULL, err)
           && sourcing_tell(ctx, STR("rule"), STR("put"), rule->code, err);
}

/* --- policies --- */

bool sourcing_put_policy(Ctx *ctx, const SourcingPolicy *policy, Error *err)
{
    SourcingPolicyPutIn in = { .merchant      = ctx->who.merchant,
                               .channel       = policy->channel,
                               .objective     = policy->objective,
                               .hour_value    = opt_or(policy->hour_value, SOURCING_HOUR_VALUE),
                               .split_penalty = opt_or(policy->split_penalty, SOURCING_SPLIT_PENALTY),
                               .max_splits    = opt_or(policy->max_splits, SOURCING_MAX_SPLITS) };
    if (!str_eq(policy->channel, STR("*")) && !know_channel(ctx, policy->channel, err)) return false;
    return q_sourcing_policy_put_exec(ctx->tx, &in, NULL, err)
           && sourcing_tell(ctx, STR("policy"), STR("put"), policy->channel, err);
}

/* --- all that holds --- */

static bool load_policy(Ctx *ctx, Str channel, SourcingPolicy *out, Error *err)
{
    SourcingPolicyForRow row;
    bool                 found = false;
    SourcingPolicyForIn  in    = { ctx->who.merchant, channel };
    *out                       = (SourcingPolicy){ .channel       = channel,
                                                   .objective     = STR("cost"),
                                                   .hour_value    = SOURCING_HOUR_VALUE,
                                                   .split_penalty = SOURCING_SPLIT_PENALTY,
                                                   .max_splits    = SOURCING_MAX_SPLITS };
    if (!q_sourcing_policy_for_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found)
        *out = (SourcingPolicy){ row.channel, row.objective, row.hour_value, row.split_penalty,
                                 row.max_splits };
    return true;
}

static bool load_rules(Ctx *ctx, const SourcingBookAsk *ask, SourcingBook *out, Error *err)
{
    SourcingRulesForRow *rows = NULL;
    SourcingRulesForIn   in   = { ctx->who.merchant, ask->channel, ask->method };
    if (!q_sourcing_rules_for_all(ctx->tx, ctx->arena, &in, &rows, &out->rule_count, err)) return false;
    out->rules = arena_array(ctx->arena, RuleThatHolds, out->rule_count + 1);
    if (!out->rules) return err_memory(err);
    for (size_t i = 0; i < out->rule_count; i++)
        out->rules[i] = (RuleThatHolds){ rows[i].kind, rows[i].location, rows[i].category,
                                         rows[i].item, rows[i].amount,   rows[i].qty };
    return true;
}

static bool load_rates(Ctx *ctx, const SourcingBookAsk *ask, SourcingBook *out, Error *err)
{
    ShippingRatesForRow *rows = NULL;
    ShippingRatesForIn   in   = { ctx->who.merchant, ask->method };
    if (!q_shipping_rates_for_all(ctx->tx, ctx->arena, &in, &rows, &out->rate_count, err)) return false;
    out->rates = arena_array(ctx->arena, RateThatHolds, out->rate_count + 1);
    if (!out->rates) return err_memory(err);
    for (size_t i = 0; i < out->rate_count; i++)
        out->rates[i] =
            (RateThatHolds){ rows[i].service, rows[i].zone,   rows[i].weekdays, rows[i].until,
                             rows[i].base,    rows[i].per_kg, rows[i].days,     rows[i].weight_max };
    return true;
}

static bool load_areas(Ctx *ctx, const SourcingBookAsk *ask, SourcingBook *out, Error *err)
{
    ShippingAreasAtRow *rows = NULL;
    ShippingAreasAtIn   in   = { ctx->who.merchant, text_or_empty(ask->country), text_or_empty(ask->region),
                                 sourcing_postal(ctx->arena, ask->postal_code) };
    if (!in.postal.ptr) return err_memory(err);
    if (!q_shipping_areas_at_all(ctx->tx, ctx->arena, &in, &rows, &out->area_count, err)) return false;
    out->areas = arena_array(ctx->arena, AreaThatHolds, out->area_count + 1);
    if (!out->areas) return err_memory(err);
    for (size_t i = 0; i < out->area_count; i++)
        out->areas[i] = (AreaThatHolds){ rows[i].origin, rows[i].zone };
    return true;
}

bool sourcing_load(Ctx *ctx, const SourcingBookAsk *ask, SourcingBook *out, Error *err)
{
    *out = (SourcingBook){ .rules = NULL };
    return load_policy(ctx, ask->channel, &out->policy, err) && load_rules(ctx, ask, out, err)
           && load_rates(ctx, ask, out, err) && load_areas(ctx, ask, out, err);
}
