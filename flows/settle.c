/* settle.c — goes on with settlement files, one part a transaction. See settle.h. */
#include "flows/settle_inner.h"

#include "core/machine.h"
#include "core/money.h"
#include "core/pan.h"
#include "shop/events/events.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WORK_BYTES       = 96 << 20,
    BUDGET_MS        = 4000,
    FILES_AT_ONCE    = 20,
    WINDOWS_AT_ONCE  = 200,
    SERVICES_AT_ONCE = 50
};

typedef struct {
    Db     *db;
    Env    *env;
    Arena  *arena; /* of the work: reset for each transaction */
    int64_t merchant;
    Id      id;
    bool    more, fits; /* there is more to do; the digest is that of the bytes */
    Error   why;        /* why the file cannot be read */
} Work;

static Ctx ctx_of(Work *work, Tx *tx)
{
    arena_reset(work->arena);
    return (
        Ctx){ .arena  = work->arena,
              .tx     = tx,
              .db     = work->db,
              .env    = work->env,
              .now_ms = env_now_ms(work->env),
              .who = { .merchant = work->merchant, .role = STR("reconciliation"), .perms = PERMS_ALL } };
}

static bool head_of(Ctx *ctx, Id id, ReconFindRow *out, bool *found, Error *err)
{
    ReconFindIn in = { ctx->who.merchant, id };
    return q_recon_find_one(ctx->tx, ctx->arena, &in, out, found, err);
}

/* Takes the file; *mine is false when somebody else has gone on with it. */
static bool lock(Ctx *ctx, const ReconFindRow *head, bool *mine, Error *err)
{
    int64_t     changed = 0;
    ReconLockIn in      = { ctx->who.merchant, head->id, head->state, head->parts_read };
    if (!q_recon_lock_exec(ctx->tx, &in, &changed, err)) return false;
    *mine = changed == 1;
    return true;
}

/* --- a part --- */

static bool add_bad(SettleChunk *chunk, int64_t n, Str text, const Error *why, Error *err)
{
    SettleBad *bad = &chunk->bad[chunk->bad_count++];
    Str        cut = str_slice(text, 0, text.len < SETTLE_TEXT_MAX ? text.len : SETTLE_TEXT_MAX);
    Buf        buf = buf_make(chunk->ctx->arena, cut.len + 1);
    for (size_t i = 0; i < cut.len; i++)
        buf_byte(&buf, cut.ptr[i] < 0x20 || cut.ptr[i] > 0x7e ? ' ' : cut.ptr[i]);
    bad->n    = n;
    bad->text = pan_found(text, false) ? STR("(left out)") : str_trim(buf_str(&buf));
    bad->why = str_format(chunk->ctx->arena, "%s%s%s", why->field, why->field[0] ? " " : "", why->message);
    return (!buf.failed && bad->why.ptr) || err_memory(err);
}

static bool take_header(SettleSplit *split, SettleChunk *chunk, const SettleRecord *record, Error *err)
{
    const ReconFindRow *head = &chunk->head;
    SettleFile         *file = &chunk->file;
    if (record->count == 0)
        return err_set(err, &ERR_SETTLEMENT_FILE, "header", "cannot be split into columns");
    file->said = head->format.len && settle_format_of(head->format, &file->format);
    if (!settle_header(file, record->cells, record->count, err)) return false;
    bool comma         = file->format == SETTLE_BANKS && split->delimiter == ';';
    file->form.decimal = head->decimal.len ? head->decimal.ptr[0] : comma ? ',' : '.';
    file->form.dates   = str_eq(head->dates, STR("mdy")) ? DATES_MDY : DATES_DMY;
    file->currency     = head->currency;
    split->width       = file->width;
    chunk->head.header = record->bytes;
    chunk->head.format = str_from(settle_format_name(file->format));
    return true;
}

/* What looks like the number of a card is not kept, whatever the column is called. */
static void drop_cards(SettleLine *line)
{
    Str *texts[] = { &line->id, &line->key, &line->reference, &line->payout, &line->text };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i]->len && pan_found(*texts[i], false)) *texts[i] = STR_NONE;
}

static bool on_record(SettleSplit *split, const SettleRecord *record, Error *err)
{
    SettleChunk *chunk = split->arg;
    SettleItem  *item  = &chunk->items[chunk->count];
    int64_t      n     = chunk->head.rows + record->line;
    Error        why   = { 0 };
    if (!split->width) return take_header(split, chunk, record, err);
    *item = (SettleItem){ .n = n };
    if (record->count == 0) {
        (void)err_set(&why, &ERR_SETTLEMENT_LINE, "", "cannot be split into cells: a quote is left open");
        return add_bad(chunk, n, record->bytes, &why, err);
    }
    if (!settle_read(&chunk->file, chunk->ctx->arena, record->cells, record->count, &item->line, &why)) {
        if (why.def != &ERR_SETTLEMENT_LINE) *err = why;
        return why.def == &ERR_SETTLEMENT_LINE && add_bad(chunk, n, record->bytes, &why, err);
    }
    drop_cards(&item->line);
    if (item->line.kind == SETTLE_BANK && item->line.amount <= 0) chunk->ignored++;
    else chunk->count++;
    return true;
}

/* The header once more, for a part that is not the first. */
static bool known_header(SettleSplit *split, SettleChunk *chunk, Error *err)
{
    SettleSplit again = { .arena     = split->arena,
                          .text      = chunk->head.header,
                          .delimiter = split->delimiter,
                          .last      = true,
                          .each      = on_record,
                          .arg       = chunk };
    if (!chunk->head.header.len) return true;
    if (!settle_split(&again, err)) return false;
    split->width = again.width;
    return true;
}

static bool begin_text(SettleSplit *split, bool first, Error *err)
{
    Str *text = &split->text;
    if (!first) return true;
    if (text->len >= 2 && (memcmp(text->ptr, "\xFF\xFE", 2) == 0 || memcmp(text->ptr, "\xFE\xFF", 2) == 0))
        return err_set(err, &ERR_SETTLEMENT_FILE, "file", "is UTF-16: save it as UTF-8");
    if (str_starts(*text, STR("\xEF\xBB\xBF"))) *text = str_slice(*text, 3, text->len);
    return true;
}

static Str line_of(Str text)
{
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == '\n' || text.ptr[at] == '\r')) at++;
    return str_slice(text, at, str_index(text, '\n', at));
}

static bool read_part(SettleChunk *chunk, SettleSplit *split, int64_t *bytes, Error *err)
{
    Ctx            *ctx   = chunk->ctx;
    ReconPartGetIn  in    = { ctx->who.merchant, chunk->head.id, chunk->head.parts_read + 1 };
    ReconPartGetRow row   = { 0 };
    bool            found = false;
    if (!q_recon_part_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_INTERNAL, "", "part %lld of the file is gone", (long long)in.n);
    Str both[] = { chunk->head.rest, row.bytes };
    *bytes     = (int64_t)row.bytes.len;
    *split     = (SettleSplit){ .arena = ctx->arena,
                                .text  = chunk->head.rest.len ? str_join(ctx->arena, both, 2) : row.bytes,
                                .last  = in.n == chunk->head.parts,
                                .each  = on_record,
                                .arg   = chunk };
    if (!split->text.ptr) return err_memory(err);
    if (!begin_text(split, in.n == 1, err)) return false;
    split->delimiter = settle_delimiter(
        line_of(chunk->head.header.len ? chunk->head.header : split->text));
    for (size_t i = 0; i < split->text.len; i++) chunk->room += split->text.ptr[i] == '\n';
    chunk->room += 2;
    chunk->items = arena_array(ctx->arena, SettleItem, chunk->room);
    chunk->bad   = arena_array(ctx->arena, SettleBad, chunk->room);
    if (!chunk->items || !chunk->bad) return err_memory(err);
    return known_header(split, chunk, err) && settle_split(split, err);
}

static bool advance(SettleChunk *chunk, const SettleSplit *split, int64_t bytes, int64_t entries,
                    Error *err)
{
    ReconAdvanceIn in = { .merchant   = chunk->ctx->who.merchant,
                          .id         = chunk->head.id,
                          .format     = chunk->head.format,
                          .header     = chunk->head.header,
                          .part       = chunk->head.parts_read + 1,
                          .read       = bytes,
                          .rest       = split->rest.len ? split->rest : STR_NONE,
                          .rows       = chunk->head.rows + split->lines,
                          .unreadable = (int64_t)chunk->bad_count,
                          .ignored    = chunk->ignored,
                          .entries    = entries };
    for (size_t i = 0; i < chunk->count; i++) {
        const SettleItem *item = &chunk->items[i];
        bool              off  = item->result.differs || item->result.fee_differs;
        in.again += item->again;
        in.differences += !item->again && off;
        in.matched += !item->again && !off;
    }
    ReconPartDropIn drop    = { in.merchant, in.id, in.part };
    int64_t         changed = 0;
    if (!q_recon_advance_exec(chunk->ctx->tx, &in, &changed, err)
        || !q_recon_part_drop_exec(chunk->ctx->tx, &drop, NULL, err))
        return false;
    return changed == 1 || err_set(err, &ERR_DB_CONFLICT, "", "somebody else goes on with the file");
}

static bool one_part(Ctx *ctx, const ReconFindRow *head, Error *err)
{
    SettleChunk chunk   = { .ctx = ctx, .head = *head };
    SettleSplit split   = { 0 };
    int64_t     bytes   = 0;
    int64_t     entries = head->entries;
    if (!recon_rate(ctx, head->service, &chunk.rate, err) || !read_part(&chunk, &split, &bytes, err))
        return false;
    if (split.last && !chunk.head.header.len)
        return err_set(err, &ERR_SETTLEMENT_FILE, "header", "is missing: the file is empty");
    bool bank = chunk.head.header.len && chunk.file.format == SETTLE_BANKS;
    return settle_load(&chunk, err) && (!bank || settle_bank_lines(&chunk, err))
        && settle_apply(&chunk, &entries, err) && advance(&chunk, &split, bytes, entries, err);
}

/* --- a file --- */

static bool told(Ctx *ctx, Id id, Error *err)
{
    ReconFindRow head  = { 0 };
    ReconOpenRow open  = { 0 };
    ReconOpenIn  of    = { ctx->who.merchant, id };
    bool         found = false, any = false;
    if (!head_of(ctx, id, &head, &found, err)
        || !q_recon_open_one(ctx->tx, ctx->arena, &of, &open, &any, err))
        return false;
    Buf body = buf_make(ctx->arena, 512);
    buf_add(&body, STR("{\"service\":"));
    buf_json_string(&body, head.service);
    buf_add(&body, STR(",\"state\":"));
    buf_json_string(&body, head.state);
    buf_format(&body, ",\"matched\":%lld,\"differences\":%lld,\"unreadable\":%lld,\"open\":%lld}",
               (long long)head.matched, (long long)head.differences, (long long)head.unreadable,
               (long long)open.n);
    return (!body.failed || err_memory(err))
        && events_put(ctx, &EVENT_RECON_ENDED, id, buf_str(&body), err);
}

static bool step(Ctx *ctx, const ReconFindRow *head, Str event, Str reason, Error *err)
{
    ReconStepIn in = {
        .merchant = ctx->who.merchant, .id = head->id, .from_state = head->state, .reason = reason
    };
    if (!machine_step(MACHINE_RECON_FILE, head->state, event, "state", &in.to_state, err)) return false;
    bool ended           = machine_ended(MACHINE_RECON_FILE, in.to_state);
    in.due               = !ended;
    in.now_ms            = ended ? ctx->now_ms : 0;
    ReconPartDropIn drop = { ctx->who.merchant, head->id, head->parts };
    return q_recon_step_exec(ctx->tx, &in, NULL, err)
        && (!ended || (q_recon_part_drop_exec(ctx->tx, &drop, NULL, err) && told(ctx, head->id, err)));
}

static bool go_on(Tx *tx, void *arg, Error *err)
{
    Work        *work  = arg;
    Ctx          ctx   = ctx_of(work, tx);
    ReconFindRow head  = { 0 };
    bool         found = false, mine = false;
    work->more = false;
    if (!head_of(&ctx, work->id, &head, &found, err)) return false;
    if (!found || !lock(&ctx, &head, &mine, err)) return !found;
    if (!mine) return true;
    work->more = true;
    if (str_eq(head.state, STR("waiting")) && !work->fits)
        return err_set(err, &ERR_RECON_DIGEST, "digest", "send the file again, from its first part on");
    if (str_eq(head.state, STR("waiting"))) return step(&ctx, &head, STR("read"), STR(""), err);
    if (head.parts_read < head.parts) return one_part(&ctx, &head, err);
    if (!settle_finish(&ctx, &head, &work->more, err)) return false;
    return work->more || step(&ctx, &head, STR("end"), STR(""), err);
}

/* The file cannot be read. */
static bool give_up(Tx *tx, void *arg, Error *err)
{
    Work        *work  = arg;
    Ctx          ctx   = ctx_of(work, tx);
    ReconFindRow head  = { 0 };
    bool         found = false;
    Str          why   = str_format(ctx.arena, "%s %s%s%s", work->why.def->sentence, work->why.field,
                         work->why.field[0] ? " " : "", work->why.message);
    if (!why.ptr) return err_memory(err);
    return head_of(&ctx, work->id, &head, &found, err)
        && (!found || machine_ended(MACHINE_RECON_FILE, head.state)
            || step(&ctx, &head, STR("fail"), why, err));
}

/* Whether the bytes that came are those that were meant. */
static bool digest_fits(Work *work, Error *err)
{
    SHA256_CTX    sum;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char          hex[2 * SHA256_DIGEST_LENGTH + 1];
    Tx           *tx    = NULL;
    ReconFindRow  head  = { 0 };
    bool          found = false;
    work->fits          = true;
    if (!db_read_begin(work->db, &tx, err)) return false;
    Ctx  ctx = ctx_of(work, tx);
    bool ok  = head_of(&ctx, work->id, &head, &found, err);
    if (ok && found && str_eq(head.state, STR("waiting"))) {
        size_t mark = ctx.arena->used;
        SHA256_Init(&sum);
        for (int64_t n = 1; ok && n <= head.parts; n++) {
            ReconPartGetIn  in  = { work->merchant, work->id, n };
            ReconPartGetRow row = { 0 };
            ctx.arena->used     = mark;
            ok                  = q_recon_part_get_one(tx, ctx.arena, &in, &row, &found, err);
            if (ok) SHA256_Update(&sum, row.bytes.ptr, row.bytes.len);
        }
        SHA256_Final(digest, &sum);
        for (size_t i = 0; i < sizeof digest; i++) (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        work->fits = str_eq(head.digest, str_from(hex));
    }
    db_read_end(tx);
    return ok;
}

static bool one_file(Work *work, int64_t until_ms, Error *err)
{
    if (!digest_fits(work, err)) return false;
    work->more = true;
    while (work->more && env_now_ms(work->env) <= until_ms) {
        if (db_write(work->db, go_on, work, err)) continue;
        if (!err->def || err->def->status >= 500 || err->def == &ERR_DB_CONFLICT) return false;
        work->why = *err; /* the file, not the database */
        *err      = (Error){ 0 };
        return db_write(work->db, give_up, work, err);
    }
    return true;
}

/* --- what misses --- */

typedef struct {
    Work            *work;
    ReconTermsDueRow terms;
} Look;

static bool look_apply(Tx *tx, void *arg, Error *err)
{
    Look *look           = arg;
    look->work->merchant = look->terms.merchant;
    Ctx ctx              = ctx_of(look->work, tx);
    return settle_look(&ctx, &look->terms, err);
}

/* One window of each service, until all are at the present. */
static bool look_for_missing(Work *work, Arena *arena, int64_t now_ms, Error *err)
{
    ReconTermsDueRow *rows = NULL;
    ReconTermsDueIn   in   = { now_ms, SETTLE_WINDOW_MS, SERVICES_AT_ONCE };
    for (int round = 0; round < WINDOWS_AT_ONCE; round++) {
        Tx    *tx    = NULL;
        size_t count = 0, mark = arena->used;
        if (!db_read_begin(work->db, &tx, err)) return false;
        bool ok = q_recon_terms_due_all(tx, arena, &in, &rows, &count, err);
        db_read_end(tx);
        for (size_t i = 0; ok && i < count; i++) {
            Look look = { work, rows[i] };
            ok        = db_write(work->db, look_apply, &look, err);
        }
        if (!ok || count == 0) return ok;
        arena->used = mark;
    }
    return true;
}

bool settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    Tx          *tx    = NULL;
    ReconDueRow *rows  = NULL;
    size_t       count = 0;
    ReconDueIn   in    = { FILES_AT_ONCE };
    Arena        big;
    if (!db_read_begin(db, &tx, err)) return false;
    bool ok = q_recon_due_all(tx, arena, &in, &rows, &count, err);
    db_read_end(tx);
    if (!ok) return false;
    void *bytes = malloc(WORK_BYTES); /* taken as it is used */
    if (!bytes) return err_memory(err);
    arena_init(&big, bytes, WORK_BYTES);
    Work    work  = { .db = db, .env = env, .arena = &big };
    int64_t until = env_now_ms(env) + BUDGET_MS;
    for (size_t i = 0; ok && i < count && env_now_ms(env) <= until; i++) {
        work.merchant = rows[i].merchant;
        work.id       = rows[i].id;
        ok            = one_file(&work, until, err);
    }
    ok = ok && look_for_missing(&work, arena, now_ms, err);
    free(bytes);
    return ok;
}
