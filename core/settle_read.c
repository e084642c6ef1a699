/* settle_read.c — a record of a settlement file as a line. See settle_read.h. */
#include "core/settle_read.h"

#include "core/money.h"

#include <assert.h>
#include <string.h>

static const char *const format_names[] = { "stripe", "adyen", "plain", "bank" };
static_assert(COUNT(format_names) == SETTLE_FORMATS, "each format has a name");

static const int64_t amount_max = 1000000000000; /* a million lines of that add up within 63 bits */

/* The rows of the files: formats and cells by the names in settle_columns.def. */
enum {
    FOR_STRIPE = SETTLE_STRIPE,
    FOR_ADYEN  = SETTLE_ADYEN,
    FOR_PLAIN  = SETTLE_PLAIN,
    FOR_BANK   = SETTLE_BANKS
};
enum { NEED_MAY, NEED_NEEDED };

typedef struct {
    uint8_t     format, cell, need;
    const char *header;
} Column;

static const Column columns[] = {
#define COLUMN(format, cell, need, header) { FOR_##format, CELL_##cell, NEED_##need, header },
#include "core/settle_columns.def"
#undef COLUMN
};

static const struct {
    uint8_t     format;
    const char *name;
    SettleKind  kind;
} types[] = {
#define TYPE(format, name, kind) { FOR_##format, name, SETTLE_##kind },
#include "core/settle_types.def"
#undef TYPE
};

const char *settle_format_name(SettleFormat format)
{
    assert(format < SETTLE_FORMATS);
    return format_names[format];
}

bool settle_format_of(Str name, SettleFormat *out)
{
    for (size_t i = 0; i < COUNT(format_names); i++) {
        if (!str_eq(name, str_from(format_names[i]))) continue;
        *out = (SettleFormat)i;
        return true;
    }
    return false;
}

char settle_delimiter(Str header)
{
    static const char marks[] = { ',', ';', '\t', '|' };
    size_t            most    = 0;
    char              best    = ',';
    for (size_t m = 0; m < COUNT(marks); m++) {
        size_t count  = 0;
        bool   quoted = false;
        for (size_t i = 0; i < header.len; i++) {
            if (header.ptr[i] == '"') quoted = !quoted;
            else if (!quoted && header.ptr[i] == marks[m]) count++;
        }
        if (count > most) best = marks[m];
        if (count > most) most = count;
    }
    return best;
}

/* --- the header --- */

/* Where the columns of a format stand; NULL, or what is missing. */
static const char *place(SettleFile *file, SettleFormat format, const Str *names, size_t count)
{
    const char *missing[CELL_COUNT] = { NULL };
    for (size_t c = 0; c < CELL_COUNT; c++) file->at[c] = -1;
    for (size_t i = 0; i < COUNT(columns); i++) {
        const Column *column = &columns[i];
        if (column->format != format || file->at[column->cell] >= 0) continue;
        for (size_t n = 0; n < count && file->at[column->cell] < 0; n++)
            if (str_eq_nocase(csv_trim(names[n]), str_from(column->header)))
                file->at[column->cell] = (int)n;
        file->header[column->cell] = column->header;
        bool there                 = file->at[column->cell] >= 0;
        if (there) missing[column->cell] = NULL;
        else if (column->need == NEED_NEEDED && !missing[column->cell])
            missing[column->cell] = column->header;
    }
    for (size_t c = 0; c < CELL_COUNT; c++)
        if (missing[c]) return missing[c];
    bool amount = file->at[CELL_AMOUNT] >= 0 || file->at[CELL_NET_CREDIT] >= 0;
    return format == SETTLE_BANKS && !amount ? "amount" : NULL;
}

bool settle_header(SettleFile *file, const Str *names, size_t count, Error *err)
{
    file->width = count;
    if (count > SETTLE_CELLS_MAX)
        return err_set(err, &ERR_SETTLEMENT_FILE, "header", "has more than %d columns", SETTLE_CELLS_MAX);
    if (file->said) {
        const char *missing = place(file, file->format, names, count);
        return !missing
            || err_set(err, &ERR_SETTLEMENT_FILE, "header", "a file of the form %s has a column \"%s\"",
                       settle_format_name(file->format), missing);
    }
    for (SettleFormat format = 0; format < SETTLE_FORMATS; format++) {
        file->format = format;
        if (!place(file, format, names, count)) return true;
    }
    return err_set(
        err, &ERR_SETTLEMENT_FILE, "header",
        "is that of no file we know (stripe, adyen, plain, bank); say the format to be told what misses");
}

/* --- the cells of a record --- */

typedef struct {
    const SettleFile *file;
    Arena            *arena;
    const Str        *cells;
    SettleLine       *out;
    Error            *err;
} Record;

static bool refuse(const Record *r, SettleCell cell, const char *why)
{
    const char *header = r->file->header[cell];
    return err_set(r->err, &ERR_SETTLEMENT_LINE, header ? header : "", "%s", why);
}

static Str cell_of(const Record *r, SettleCell cell)
{
    int at = r->file->at[cell];
    return at < 0 ? STR_NONE : csv_trim(r->cells[at]);
}

/* A name: a reference, a key, a number of something. */
static bool take_name(const Record *r, SettleCell cell, Str *out)
{
    Str text = cell_of(r, cell);
    *out     = text.len ? text : STR_NONE;
    if (text.len > SETTLE_NAME_MAX) return refuse(r, cell, "is too long to be a reference");
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20) return refuse(r, cell, "has a control character in it");
    if (text.len && !str_is_utf8(text, NULL)) {
        *out = csv_text(r->arena, &(CsvForm){ .encoding = CSV_WINDOWS_1252 }, text);
        if (!out->ptr) return err_memory(r->err);
    }
    return true;
}

/* A text for people: cut, never refused but for control characters, which become blanks. */
static bool take_text(const Record *r, SettleCell cell, Str *out)
{
    Str text = cell_of(r, cell);
    *out     = STR_NONE;
    if (!text.len) return true;
    if (!str_is_utf8(text, NULL))
        text = csv_text(r->arena, &(CsvForm){ .encoding = CSV_WINDOWS_1252 }, text);
    if (!text.ptr) return err_memory(r->err);
    if (text.len > SETTLE_TEXT_MAX) {
        text.len = SETTLE_TEXT_MAX;
        while (text.len && !str_is_utf8(text, NULL)) text.len--;
    }
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) plain = plain && (unsigned char)text.ptr[i] >= 0x20;
    if (!plain) {
        char *copy = arena_alloc(r->arena, text.len);
        if (!copy) return err_memory(r->err);
        for (size_t i = 0; i < text.len; i++)
            copy[i] = (unsigned char)text.ptr[i] < 0x20 ? ' ' : text.ptr[i];
        text.ptr = copy;
    }
    *out = text;
    return true;
}

/* An amount of the currency; absent or empty: zero, *there tells. */
static bool take_amount(const Record *r, SettleCell cell, Str currency, int64_t *out, bool *there)
{
    int     decimals = 2;
    int64_t value    = 0;
    Str     text     = cell_of(r, cell);
    *out             = 0;
    if (there) *there = text.len > 0;
    if (!text.len) return true;
    if (!currency_find(currency, &decimals)) return refuse(r, CELL_CURRENCY, "is no currency we know");
    switch (csv_number(&r->file->form, text, decimals, &value)) {
    case VALUE_OK: break;
    case VALUE_EMPTY: return true;
    case VALUE_NOT_ONE: return refuse(r, cell, "is no amount");
    case VALUE_FINER: return refuse(r, cell, "has more decimals than its currency");
    case VALUE_LARGE: return refuse(r, cell, "is too large");
    }
    if (value > amount_max || value < -amount_max) return refuse(r, cell, "is too large");
    *out = value;
    return true;
}

/* An ISO code, in whatever letters; absent: the other one. */
static bool take_currency(const Record *r, SettleCell cell, Str otherwise, Str *out)
{
    int decimals;
    Str text = cell_of(r, cell);
    if (!text.len) text = otherwise;
    if (text.len != 3) return refuse(r, cell, "is no currency we know");
    char *upper = arena_alloc(r->arena, 3);
    if (!upper) return err_memory(r->err);
    for (size_t i = 0; i < 3; i++)
        upper[i] = text.ptr[i] >= 'a' && text.ptr[i] <= 'z' ? (char)(text.ptr[i] - 32) : text.ptr[i];
    *out = (Str){ upper, 3 };
    return currency_find(*out, &decimals) || refuse(r, cell, "is no currency we know");
}

/* A year in front tells itself; otherwise in the order of the file. */
static bool take_time(const Record *r, SettleCell cell, int64_t *out)
{
    Str       text  = cell_of(r, cell);
    DateOrder order = r->file->form.dates == DATES_MDY ? DATES_MDY : DATES_DMY;
    *out            = 0;
    if (!text.len || csv_date(DATES_YMD, text, out) == VALUE_OK) return true;
    return csv_date(order, text, out) == VALUE_OK || refuse(r, cell, "is no date");
}

static bool take_kind(const Record *r)
{
    Str name = cell_of(r, CELL_TYPE);
    if (!name.len) return refuse(r, CELL_TYPE, "is empty: the line may be cut off");
    r->out->kind = SETTLE_OTHER;
    if (r->file->format == SETTLE_PLAIN)
        return (settle_kind_of(name, &r->out->kind) && r->out->kind != SETTLE_BANK)
            || refuse(r, CELL_TYPE, "is no type of line: charge, refund, chargeback, fee, payout …");
    for (size_t i = 0; i < COUNT(types); i++)
        if (types[i].format == r->file->format && str_eq_nocase(name, str_from(types[i].name)))
            r->out->kind = types[i].kind;
    return true;
}

/* --- the forms --- */

static bool take_names(const Record *r)
{
    SettleLine *out = r->out;
    return take_name(r, CELL_ID, &out->id) && take_name(r, CELL_KEY, &out->key)
        && take_name(r, CELL_REFUND_KEY, &out->refund_key) && take_name(r, CELL_REFERENCE, &out->reference)
        && take_name(r, CELL_PAYOUT, &out->payout) && take_text(r, CELL_TEXT, &out->text)
        && take_time(r, CELL_AT, &out->at_ms) && take_time(r, CELL_PAYOUT_AT, &out->payout_at_ms);
}

/* Gross, fee and net of one currency. */
static bool take_three(const Record *r, int64_t gross_otherwise)
{
    SettleLine *out = r->out;
    bool        gross, net;
    if (!take_amount(r, CELL_GROSS, out->settled, &out->gross, &gross)
        || !take_amount(r, CELL_FEE, out->settled, &out->fee, NULL)
        || !take_amount(r, CELL_NET, out->settled, &out->net, &net))
        return false;
    if (!gross) out->gross = gross_otherwise;
    if (!net) out->net = out->gross - out->fee;
    return out->net == out->gross - out->fee || refuse(r, CELL_NET, "is not gross less fee");
}

static bool read_stripe(const Record *r)
{
    SettleLine *out = r->out;
    bool        facing;
    if (!take_kind(r) || !take_names(r) || !take_currency(r, CELL_SETTLED, STR(""), &out->settled)
        || !take_three(r, 0))
        return false;
    if (!out->id.len) return refuse(r, CELL_ID, "is empty: the line may be cut off");
    if (!take_currency(r, CELL_CURRENCY, out->settled, &out->currency)
        || !take_amount(r, CELL_AMOUNT, out->currency, &out->amount, &facing))
        return false;
    if (!facing) out->currency = out->settled;
    if (!facing) out->amount = out->gross;
    if ((out->amount < 0) != (out->gross < 0))
        out->amount = -out->amount; /* without a sign in some reports */
    if (out->kind == SETTLE_PAYOUT || out->kind == SETTLE_PAYOUT_FAILED)
        return out->payout.len || take_name(r, CELL_SOURCE, &out->payout);
    return true;
}

static bool read_adyen(const Record *r)
{
    static const SettleCell costs[] = { CELL_COMMISSION, CELL_MARKUP, CELL_SCHEME, CELL_INTERCHANGE };
    SettleLine             *out     = r->out;
    int64_t                 debit = 0, credit = 0, part = 0;
    bool                    less, more;
    if (!take_kind(r) || !take_names(r) || !take_currency(r, CELL_SETTLED, STR(""), &out->settled)
        || !take_amount(r, CELL_NET_DEBIT, out->settled, &debit, &less)
        || !take_amount(r, CELL_NET_CREDIT, out->settled, &credit, &more))
        return false;
    if (!less && !more)
        return refuse(r, CELL_NET_CREDIT, "is empty, as is the debit: the line may be cut off");
    out->net = credit - debit;
    for (size_t i = 0; i < COUNT(costs); i++) {
        if (!take_amount(r, costs[i], out->settled, &part, NULL)) return false;
        out->fee += part;
    }
    out->gross = out->net + out->fee;
    if (!take_currency(r, CELL_CURRENCY, out->settled, &out->currency)
        || !take_amount(r, CELL_GROSS_DEBIT, out->currency, &debit, &less)
        || !take_amount(r, CELL_GROSS_CREDIT, out->currency, &credit, &more))
        return false;
    out->amount = credit - debit;
    if (!less && !more) out->currency = out->settled;
    if (!less && !more) out->amount = out->gross;
    return true;
}

static bool read_plain(const Record *r)
{
    SettleLine *out = r->out;
    bool        there;
    if (!take_kind(r) || !take_names(r)
        || !take_currency(r, CELL_CURRENCY, r->file->currency, &out->currency)
        || !take_amount(r, CELL_AMOUNT, out->currency, &out->amount, &there))
        return false;
    if (!there) return refuse(r, CELL_AMOUNT, "is empty");
    if (!take_currency(r, CELL_SETTLED, out->currency, &out->settled)) return false;
    if (!str_eq(out->settled, out->currency) && !cell_of(r, CELL_GROSS).len)
        return refuse(r, CELL_GROSS, "is empty, though it was settled in another currency");
    return take_three(r, out->amount);
}

static bool read_bank(const Record *r)
{
    SettleLine *out   = r->out;
    int64_t     debit = 0, credit = 0;
    bool        there, less, more;
    out->kind = SETTLE_BANK;
    if (!take_names(r) || !take_currency(r, CELL_CURRENCY, r->file->currency, &out->currency)
        || !take_amount(r, CELL_AMOUNT, out->currency, &out->amount, &there)
        || !take_amount(r, CELL_NET_CREDIT, out->currency, &credit, &more)
        || !take_amount(r, CELL_NET_DEBIT, out->currency, &debit, &less))
        return false;
    if (!there && !less && !more) return refuse(r, CELL_AMOUNT, "is empty");
    if (!out->at_ms) return refuse(r, CELL_AT, "is empty");
    if (!there) out->amount = credit - (debit < 0 ? -debit : debit);
    out->gross = out->net = out->amount;
    out->settled          = out->currency;
    return true;
}

/* Money goes the way the kind says. */
static bool right_way(const Record *r)
{
    const SettleLine *out  = r->out;
    SettleCell        cell = r->file->format == SETTLE_ADYEN ? CELL_NET_CREDIT : CELL_AMOUNT;
    bool              down = out->kind == SETTLE_REFUND || out->kind == SETTLE_CHARGEBACK;
    bool              up   = out->kind == SETTLE_REFUND_FAILED || out->kind == SETTLE_CHARGEBACK_BACK;
    if (down && (out->amount > 0 || out->gross > 0))
        return refuse(r, cell, "is above zero, though money went back");
    if (up && (out->amount < 0 || out->gross < 0))
        return refuse(r, cell, "is below zero, though money came back to us");
    if (out->kind == SETTLE_CHARGE && (out->amount < 0) != (out->gross < 0))
        return refuse(r, cell, "has another sign than what was settled");
    return true;
}

bool settle_read(const SettleFile *file, Arena *arena, const Str *cells, size_t count, SettleLine *out,
                 Error *err)
{
    Record r  = { file, arena, cells, out, err };
    bool   ok = false;
    *out      = (SettleLine){ 0 };
    if (count != file->width)
        return err_set(err, &ERR_SETTLEMENT_LINE, "", "has %zu cells, the header %zu", count, file->width);
    switch (file->format) {
    case SETTLE_STRIPE: ok = read_stripe(&r); break;
    case SETTLE_ADYEN: ok = read_adyen(&r); break;
    case SETTLE_PLAIN: ok = read_plain(&r); break;
    case SETTLE_BANKS: ok = read_bank(&r); break;
    case SETTLE_FORMATS: UNREACHABLE();
    }
    return ok && right_way(&r);
}
