/* common.c — checks of short texts and of periods, and planning a search by words. See shop/common.h. */
#include "shop/common.h"

#include "all_sql.h"
#include "core/money.h"
#include "core/words.h"
#include "shop/perms.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

int64_t page_limit(int64_t asked)
{
    return opt_or(asked, PAGE_STANDARD);
}

Str text_or_empty(Str text)
{
    return text.ptr ? text : STR("");
}

Str text_or_none(Str text)
{
    return text.len ? text : STR_NONE;
}

Str texts_write(Arena *arena, const TextList *list)
{
    Buf buf = buf_make(arena, 64);
    if (list->count == 0) return STR("");
    for (size_t i = 0; i < list->count; i++) {
        buf_byte(&buf, i ? ',' : '[');
        buf_json_string(&buf, list->items[i]);
    }
    buf_byte(&buf, ']');
    return buf.failed ? STR_NONE : buf_str(&buf);
}

bool texts_read(Arena *arena, Str json, TextList *out)
{
    json_t *list = json.len ? json_loadb(json.ptr, json.len, 0, NULL) : NULL;
    size_t  n    = json_array_size(list);
    bool    ok   = true;
    *out         = (TextList){ arena_array(arena, Str, n), 0 };
    for (; ok && out->items && out->count < n; out->count++) {
        const json_t *one = json_array_get(list, out->count);
        Str copy = str_dup(arena, (Str){ json_string_value(one), json_string_length(one) });
        out->items[out->count] = copy;
        ok                     = copy.ptr != NULL;
    }
    json_decref(list);
    return ok && out->items;
}

int64_t period_from(int64_t asked_ms)
{
    return asked_ms > 0 ? asked_ms : 0; /* also OPT_NONE */
}

int64_t period_until(int64_t asked_ms)
{
    return asked_ms == OPT_NONE || asked_ms == 0 ? INT64_MAX : asked_ms;
}

int64_t period_from_shown(int64_t from_ms)
{
    return from_ms == 0 ? OPT_NONE : from_ms;
}

int64_t period_until_shown(int64_t until_ms)
{
    return until_ms == INT64_MAX ? OPT_NONE : until_ms;
}

bool ctx_may(const Ctx *ctx, const PermDef *perm)
{
    int bit = perm_bit(perm);
    return bit >= 0 && perms_have(&ctx->who.perms, bit);
}

bool period_check(int64_t from_ms, int64_t until_ms, const char *field, Error *err)
{
    if (period_until(until_ms) > period_from(from_ms)) return true;
    return err_set(err, &ERR_FIELD_INVALID, field, "must be later than the beginning");
}

bool code_check(Str code, const char *field, Error *err)
{
    bool fine = code.len > 0;
    for (size_t i = 0; i < code.len && fine; i++) {
        char c = code.ptr[i];
        fine   = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
            || c == '_' || c == '.';
    }
    return fine || err_set(err, &ERR_FIELD_INVALID, field, "letters, digits, '-', '_' and '.' only");
}

bool country_check(Str country, const char *field, Error *err)
{
    bool fine = country.len == 2;
    for (size_t i = 0; i < country.len && fine; i++) fine = country.ptr[i] >= 'A' && country.ptr[i] <= 'Z';
    return fine || err_set(err, &ERR_FIELD_INVALID, field, "must be two upper-case letters (ISO 3166-1)");
}

bool currency_check(Str currency, const char *field, Error *err)
{
    int decimals = 0;
    if (currency_find(currency, &decimals)) return true;
    return err_set(err, &ERR_CURRENCY_UNKNOWN, field, "must be a code of ISO 4217");
}

bool location_there(Ctx *ctx, Str code, bool *there, Error *err)
{
    LocationThereRow row;
    LocationThereIn  in = { ctx->who.merchant, code };
    return q_location_there_one(ctx->tx, ctx->arena, &in, &row, there, err);
}

Str page_after(Str cursor)
{
    return text_or_empty(cursor);
}

bool page_before(Str cursor, Id *before, Error *err)
{
    memset(before->bytes, 0xFF, ID_BYTES);
    if (!cursor.len || id_parse(cursor, before)) return true;
    return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

bool err_in_list(Error *err, const char *list, size_t index)
{
    char field[sizeof err->field];
    memcpy(field, err->field, sizeof field);
    (void)snprintf(err->field, sizeof err->field, "%s[%zu]%s%.70s", list, index, field[0] ? "." : "", field);
    return false;
}

static bool prefixes(Arena *arena, Str query, SearchPlan *plan)
{
    Words *words = arena_new(arena, Words);
    if (!words || !words_add(arena, query, words)) return false;
    plan->count = words->count < SEARCH_WORDS_MAX ? words->count : SEARCH_WORDS_MAX;
    for (size_t i = 0; i < SEARCH_WORDS_MAX; i++) {
        plan->words[i] = (Prefix){ STR(""), STR("") };
        if (i >= plan->count) continue;
        plan->words[i] = (Prefix){ words->items[i], str_format(arena, "%.*s\xFF", STR_FMT(words->items[i])) };
        if (!plan->words[i].high.ptr) return false;
    }
    return true;
}

/* Puts the word with the fewest rows first. */
static bool rarest_first(Ctx *ctx, const SearchTable *table, SearchPlan *plan, int64_t *fewest, Error *err)
{
    *fewest = INT64_MAX;
    for (size_t i = 0; i < plan->count; i++) {
        int64_t n = 0;
        if (!table->count(ctx, plan->words[i], SEARCH_WALK_MAX + 1, &n, err)) return false;
        if (n >= *fewest) continue;
        Prefix first   = plan->words[0];
        *fewest        = n;
        plan->words[0] = plan->words[i];
        plan->words[i] = first;
    }
    return true;
}

static bool begin(Ctx *ctx, Str cursor, SearchPlan *plan, Error *err)
{
    Id id = { { 0 } };
    if (cursor.len && !id_parse(str_slice(cursor, 0, ID_TEXT_LEN), &id))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    plan->after_word = cursor.len ? str_slice(cursor, ID_TEXT_LEN, cursor.len) : plan->words[0].low;
    plan->after_id   = str_dup(ctx->arena, id_bytes(&id));
    plan->until_word = plan->words[0].high;
    plan->until_id   = STR("");
    if (!plan->after_id.ptr) return err_memory(err);
    if (cursor.len && !str_starts(plan->after_word, plan->words[0].low))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this query");
    return true;
}

bool search_plan(Ctx *ctx, const SearchTable *table, Str query, Str cursor, bool filtered, SearchPlan *out,
                 Error *err)
{
    int64_t fewest = 0;
    Id      last;
    *out = (SearchPlan){ .count = 0 };
    if (!prefixes(ctx->arena, query, out)) return err_memory(err);
    if (out->count == 0) return true;
    bool checks = out->count > 1 || filtered;
    if (checks && !rarest_first(ctx, table, out, &fewest, err)) return false;
    if (!begin(ctx, cursor, out, err)) return false;
    if (fewest <= SEARCH_WALK_MAX) return true;
    if (!table->edge(ctx, out, SEARCH_WALK_MAX, &out->until_word, &last, &out->cut, err)) return false;
    if (!out->cut) {
        out->until_word = out->words[0].high;
        return true;
    }
    out->until_id = str_dup(ctx->arena, id_bytes(&last));
    return out->until_id.ptr || err_memory(err);
}

Str search_cursor_text(Arena *arena, Str word, Id id)
{
    Str text = id_text(arena, id);
    return text.ptr ? str_format(arena, "%.*s%.*s", STR_FMT(text), STR_FMT(word)) : STR_NONE;
}

Str search_cursor_cut(Arena *arena, const SearchPlan *plan)
{
    Id id;
    for (size_t i = 0; i < ID_BYTES; i++) id.bytes[i] = (uint8_t)plan->until_id.ptr[i];
    return search_cursor_text(arena, plan->until_word, id);
}

Str search_words_json(Arena *arena, const Str *texts, size_t count)
{
    Words *words = arena_new(arena, Words);
    Buf    json  = buf_make(arena, 512);
    bool   ok    = words != NULL;
    for (size_t i = 0; ok && i < count; i++) ok = words_add(arena, text_or_empty(texts[i]), words);
    for (size_t i = 0; ok && i < words->count; i++) {
        buf_byte(&json, i ? ',' : '[');
        buf_json_string(&json, words->items[i]);
    }
    buf_add(&json, ok && words->count ? STR("]") : STR("[]"));
    return ok && !json.failed ? buf_str(&json) : STR_NONE;
}
