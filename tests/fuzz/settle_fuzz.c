/* settle_fuzz.c — any bytes as a settlement file, in two parts: it is split into the same records as in
 * one, each is read or refused with a reason, and what is read is within its limits. Corpus:
 * tests/fuzz/settle. */
#include "flows/settle.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 8 << 20 };

typedef struct {
    SettleFile file;
    Arena     *arena;
    size_t     records;
    uint64_t   hash;
} Reading;

static void look_at_line(const SettleLine *line)
{
    const Str texts[] = {
        line->id, line->key, line->refund_key, line->reference, line->payout, line->text
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        must(texts[i].len == 0 || str_is_utf8(texts[i], NULL), "a text that is not UTF-8");
        must(texts[i].len <= 3 * SETTLE_TEXT_MAX, "a text that is too long");
        for (size_t c = 0; c < texts[i].len; c++)
            must((unsigned char)texts[i].ptr[c] >= 0x20, "a control character");
    }
    must(line->currency.len == 3 && line->settled.len == 3, "no currency");
    must(line->kind < SETTLE_KINDS, "no kind");
    must(line->kind == SETTLE_BANK || line->net == line->gross - line->fee, "gross less fee is not net");
}

static bool on_record(SettleSplit *split, const SettleRecord *record, Error *err)
{
    Reading   *to = split->arg;
    SettleLine line;
    Error      why = { 0 };
    to->records++;
    to->hash = str_hash(to->hash + record->count, record->bytes);
    if (!split->width) {
        if (!settle_header(&to->file, record->cells, record->count, err)) return false;
        split->width = to->file.width;
        return true;
    }
    if (record->count == 0) return true;
    if (settle_read(&to->file, to->arena, record->cells, record->count, &line, &why)) look_at_line(&line);
    else must(why.def != NULL, "refused without a reason");
    return true;
}

static bool read_text(Reading *to, Str *text, bool last, size_t *width)
{
    Error       err   = { 0 };
    SettleSplit split = { .arena     = to->arena,
                          .text      = *text,
                          .delimiter = ',',
                          .width     = *width,
                          .last      = last,
                          .each      = on_record,
                          .arg       = to };
    if (!settle_split(&split, &err)) {
        must(err.def != NULL, "stopped without a reason");
        return false;
    }
    *text  = split.rest;
    *width = split.width;
    must(!last || split.rest.len == 0, "the end of a file was left");
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[ARENA_BYTES];
    Arena          arena;
    Reading        whole = { .file = { .form = { .decimal = '.' } }, .arena = &arena }, parts = whole;
    size_t         cut = size / 2, width = 0, other = 0;
    arena_init(&arena, bytes, sizeof bytes);
    Str  all  = { (const char *)data, size };
    Str  rest = str_slice(all, 0, cut);
    bool ok   = read_text(&whole, &all, true, &width);
    if (read_text(&parts, &rest, false, &other)) {
        Str  both[] = { rest, { (const char *)data + cut, size - cut } };
        Str  joined = str_join(&arena, both, 2);
        bool fine   = read_text(&parts, &joined, true, &other);
        must(ok == fine, "in parts it is another file");
        must(!ok || (whole.records == parts.records && whole.hash == parts.hash),
             "in parts it has other records");
    }
    return 0;
}
