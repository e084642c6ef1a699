/* settle_lines_test.c — lines of settlement files are read exactly or refused with a reason, and what is
 * different from the books is told by its cause. */
#include "core/money.h"
#include "core/settle_read.h"
#include "tests/kit.h"

#include <string.h>

static uint8_t memory[1 << 20];
static Arena   arena;
static Error   err;

/* Cells of a text with '|' between them. */
static size_t cells_of(const char *text, Str *cells)
{
    size_t count = 0;
    for (const char *at = text; at; count++) {
        const char *end = strchr(at, '|');
        cells[count]    = (Str){ at, end ? (size_t)(end - at) : strlen(at) };
        at              = end ? end + 1 : NULL;
    }
    return count;
}

static bool head(SettleFile *file, const char *text)
{
    static Str names[SETTLE_CELLS_MAX];
    err = (Error){ 0 };
    return settle_header(file, names, cells_of(text, names), &err);
}

static bool row(const SettleFile *file, const char *text, SettleLine *out)
{
    static Str cells[SETTLE_CELLS_MAX];
    err = (Error){ 0 };
    arena_init(&arena, memory, sizeof memory);
    return settle_read(file, &arena, cells, cells_of(text, cells), out, &err);
}

static void headers(void)
{
    SettleFile file = { .form = { .decimal = '.' } };
    check(head(&file, "balance_transaction_id|created|currency|gross|fee|net|reporting_category")
              && file.format == SETTLE_STRIPE && file.at[CELL_TYPE] == 6 && file.at[CELL_KEY] == -1,
          "Stripe's report is known by its header");
    check(head(&file, "TYPE| Amount |currency") && file.format == SETTLE_PLAIN
              && file.at[CELL_AMOUNT] == 1,
          "our own too, in any letters");
    check(head(&file, "Date|Description|Money in|Money out") && file.format == SETTLE_BANKS,
          "and a bank's");
    check(!head(&file, "Date|Description|Balance") && err.def == &ERR_SETTLEMENT_FILE,
          "another is refused");
    file = (SettleFile){ .said = true, .format = SETTLE_STRIPE };
    check(!head(&file, "balance_transaction_id|currency|gross|fee|reporting_category")
              && strstr(err.message, "\"net\""),
          "and when the form is said, the column that misses is named");
    check(!head(&file, "") && err.def == &ERR_SETTLEMENT_FILE, "an empty header is refused");
    check(settle_delimiter(STR("a;\"b,c,d,e\";f")) == ';' && settle_delimiter(STR("a\tb")) == '\t'
              && settle_delimiter(STR("a")) == ',',
          "the delimiter is found");
}

static void stripe(void)
{
    SettleFile file = { .form = { .decimal = '.' } };
    SettleLine line;
    check(head(&file,
               "balance_transaction_id|created_utc|currency|gross|fee|net|reporting_category|source_id|"
               "customer_facing_amount|customer_facing_currency|automatic_payout_id|"
               "automatic_payout_effective_at_utc|payment_intent_id|payment_metadata[onetill_key]"),
          "the columns of Stripe");
    check(row(&file,
              "txn_1|2026-11-25 10:11:12|gbp|10.10|0.35|9.75|charge|ch_1|10.10|gbp|po_1|2026-11-27|pi_1|K",
              &line)
              && line.kind == SETTLE_CHARGE && line.amount == 1010 && line.fee == 35 && line.net == 975
              && str_eq(line.settled, STR("GBP")) && str_eq(line.id, STR("txn_1"))
              && str_eq(line.payout, STR("po_1")) && str_eq(line.reference, STR("pi_1"))
              && str_eq(line.key, STR("K")) && line.at_ms == 1795601472000,
          "a charge");
    check(row(&file, "txn_2||gbp|8.50|0.30|8.20|charge|ch|1000|jpy||||", &line) && line.amount == 1000
              && str_eq(line.currency, STR("JPY")) && line.gross == 850,
          "one in another currency, with that currency's decimals");
    check(row(&file, "txn_3||gbp|-5.00|0|-5.00|refund|re_1|5.00|gbp|po_1|||", &line)
              && line.kind == SETTLE_REFUND && line.amount == -500,
          "a refund, though the report leaves out the sign");
    check(row(&file, "txn_4||gbp|-100|0|-100|payout|po_9||||||", &line) && line.kind == SETTLE_PAYOUT
              && str_eq(line.payout, STR("po_9")) && line.net == -10000,
          "a payout is its own");
    check(row(&file, "txn_5||gbp|-10|15|-25|dispute|dp|-10|gbp|||pi_1|", &line)
              && line.kind == SETTLE_CHARGEBACK && line.net == -2500,
          "a chargeback with its fee");
    check(row(&file, "txn_6||gbp|1|0|1|risk_reserved_funds|x||||||", &line) && line.kind == SETTLE_OTHER,
          "what we do not know is for a person");
    static const struct {
        const char *text, *field;
    } bad[] = {
        { "txn||gbp|10.1O|0|10.10|charge|c||||||", "gross" },
        { "txn||gbp|10.101|0|10.101|charge|c||||||", "gross" },
        { "txn||gbp|1e3|0|1e3|charge|c||||||", "gross" },
        { "txn||gbp|0x10|0|1|charge|c||||||", "gross" },
        { "txn||gbp|9999999999999999|0|1|charge|c||||||", "gross" },
        { "txn||gbp|20000000000|0|20000000000|charge|c||||||", "gross" },
        { "txn||gbp|10|1|10|charge|c||||||", "net" },
        { "txn||xxq|10|0|10|charge|c||||||", "currency" },
        { "|| gbp|10|0|10|charge|c||||||", "balance_transaction_id" },
        { "txn|32.13.2026|gbp|10|0|10|charge|c||||||", "created_utc" },
        { "txn||gbp|10|0|10||c||||||", "reporting_category" },
        { "txn||gbp|10|0|10|refund|c||||||", "" },
        { "txn||gbp|10|0|10|charge|c", "" },
        { "txn||gbp|10|0|10|charge|c||||||a\x01key", "payment_metadata[onetill_key]" },
    };
    bool ok = true;
    for (size_t i = 0; i < COUNT(bad); i++) {
        bool fine = !row(&file, bad[i].text, &line) && err.def == &ERR_SETTLEMENT_LINE
                 && (!bad[i].field[0] || strcmp(err.field, bad[i].field) == 0);
        ok = ok && fine;
        check(fine, bad[i].text);
    }
    check(ok, "what is no amount, no currency, no date or cut off is refused where it stands");
}

static void adyen(void)
{
    SettleFile file = { .form = { .decimal = '.' } };
    SettleLine line;
    check(head(&file,
               "Company Account|Merchant Account|Psp Reference|Merchant Reference|Payment Method|Creation "
               "Date|"
               "TimeZone|Type|Modification Reference|Gross Currency|Gross Debit (GC)|Gross Credit (GC)|"
               "Exchange Rate|Net Currency|Net Debit (NC)|Net Credit (NC)|Commission (NC)|Markup (NC)|"
               "Scheme Fees (NC)|Interchange (NC)|Payment Method Variant|Modification Merchant Reference|"
               "Batch Number")
              && file.format == SETTLE_ADYEN,
          "Adyen's report is known by its header");
    check(row(&file,
              "C|M|1813702551707653|3vpzf7|visa|2013-06-03 "
              "11:26:49|CET|Settled|1713702551795048|GBP||5.00|1|GBP||"
              "4.88||0.04|0.01|0.07|visaclassic||6",
              &line)
              && line.kind == SETTLE_CHARGE && line.amount == 500 && line.gross == 500 && line.fee == 12
              && line.net == 488 && str_eq(line.payout, STR("6")) && str_eq(line.key, STR("3vpzf7")),
          "a settled payment, as in its documentation");
    check(row(&file,
              "C|M|1313642467023511|324959451|visa|2013-03-26 "
              "22:37:26|CET|Chargeback|2313642467170922|EUR|349.99||1|"
              "EUR|357.49||7.5||||visaclassic||6",
              &line)
              && line.kind == SETTLE_CHARGEBACK && line.amount == -34999 && line.gross == -34999
              && line.fee == 750 && line.net == -35749,
          "a chargeback with its cost");
    check(row(&file, "C|M||||2013-06-11 04:55:40|BST|Fee|Transaction Fees June||||1|GBP|12.00||||||||6",
              &line)
              && line.kind == SETTLE_FEE && line.net == -1200 && line.fee == 0,
          "fees of no payment");
    check(row(&file, "C|M||||2013-06-11 04:55:40|BST|MerchantPayout|TX1||||1|GBP|476.00||||||||6", &line)
              && line.kind == SETTLE_PAYOUT && line.net == -47600,
          "the payout");
    check(!row(&file, "C|M||||2013-06-11 04:55:40|BST|Settled|TX1||||1|GBP|||||||||6", &line)
              && strcmp(err.field, "Net Credit (NC)") == 0,
          "a line without an amount is refused");
}

static void plain_and_bank(void)
{
    static char huge[100001];
    SettleFile  file = { .form = { .decimal = '.' } };
    SettleLine  line;
    check(head(&file, "type|amount|currency|fee|reference|settled_amount|settled_currency|text"),
          "our own file");
    check(row(&file, "charge|12.34|GBP|0.20|R1|||caf\xE9", &line) && line.net == 1214
              && str_eq(line.text, STR("caf\xC3\xA9")),
          "a text that is not UTF-8 becomes it");
    check(row(&file, "charge|1234|JPY|0.20|R1|7.50|GBP|", &line) && line.gross == 750 && line.net == 730
              && line.amount == 1234,
          "settled in another currency");
    check(!row(&file, "charge|1234|JPY|0.20|R1||GBP|", &line) && strcmp(err.field, "settled_amount") == 0,
          "which must say how much came");
    check(!row(&file, "bank|1|GBP|||||", &line) && !row(&file, "chargee|1|GBP|||||", &line),
          "types that there are not are refused");
    memset(huge, 'x', sizeof huge - 1);
    Str cells[8] = { STR("charge"), STR("1"), STR("GBP"), STR(""), { huge, sizeof huge - 1 } };
    check(!settle_read(&file, &arena, cells, 8, &line, &err) && strcmp(err.field, "reference") == 0,
          "a reference of 100,000 letters is refused");
    cells[4] = STR("");
    cells[7] = (Str){ huge, sizeof huge - 1 };
    check(settle_read(&file, &arena, cells, 8, &line, &err) && line.text.len == SETTLE_TEXT_MAX,
          "a text of so many is cut");
    file = (SettleFile){ .form = { .decimal = ',' }, .currency = STR("EUR") };
    check(head(&file, "Buchungstag|Verwendungszweck|Betrag")
              && row(&file, "27.11.2026|ADYEN 6|1.476,00", &line) && line.amount == 147600
              && str_eq(line.currency, STR("EUR")) && line.at_ms == 1795737600000,
          "a bank statement with decimal commas and days first");
    file = (SettleFile){ .form = { .decimal = '.' }, .currency = STR("GBP") };
    check(head(&file, "date|details|paid in|paid out") && row(&file, "2026-11-27|RENT||900.00", &line)
              && line.amount == -90000,
          "money that went has a column of its own");
    check(!row(&file, "|RENT||900.00", &line) && !row(&file, "2026-11-27|RENT||", &line),
          "a line without day or amount is refused");
}

static SettleResult judge(SettleKind kind, int64_t amount, SettleKnown known)
{
    SettleRate rate = { true, 14000, 20, 1 };
    SettleLine line = { .kind     = kind,
                        .amount   = amount,
                        .gross    = amount,
                        .net      = amount - 34,
                        .fee      = 34,
                        .currency = STR("GBP"),
                        .settled  = STR("GBP") };
    return settle_judge(&line, &known, &rate);
}

static bool is(SettleResult result, SettleCause cause, int64_t open)
{
    return result.differs && result.difference.cause == cause && result.difference.open == open;
}

static void charges(void)
{
    SettleKnown paid = { .found = true, .taken = true, .amount = 1000, .currency = STR("GBP") };
    SettleKnown was  = paid;
    check(!judge(SETTLE_CHARGE, 1000, paid).differs && judge(SETTLE_CHARGE, 1000, paid).books == 1000,
          "what was taken and settled is the same");
    check(!judge(SETTLE_CHARGE, 1000, paid).fee_differs && judge(SETTLE_CHARGE, 500, paid).fee_differs
              && judge(SETTLE_CHARGE, 500, paid).fee_expected == 27,
          "fees are held against what was agreed");
    check(!judge(SETTLE_CHARGE, 400, paid).differs, "a part may be followed by the rest");
    check(is(judge(SETTLE_CHARGE, 1100, paid), CAUSE_AMOUNT, 100), "more than was taken differs");
    check(is(judge(SETTLE_CHARGE, 1000, (SettleKnown){ 0 }), CAUSE_UNKNOWN, 1000),
          "so does what nobody took");
    was.settled = 1000;
    check(is(judge(SETTLE_CHARGE, 1000, was), CAUSE_TWICE, 1000), "and what was settled before");
    was.taken = false;
    check(is(judge(SETTLE_CHARGE, 1000, was), CAUSE_NOT_TAKEN, 1000), "and what was declined here");
    was = (SettleKnown){ true, true, 600, 600, 400, STR("GBP"), false, false, 0, false };
    check(!judge(SETTLE_CHARGE, -400, was).differs && judge(SETTLE_CHARGE, -400, was).books == 0,
          "what was too much and comes back is the same again");
    was = (SettleKnown){ true, true, 1000, 0, 0, STR("EUR"), false, false, 0, false };
    check(is(judge(SETTLE_CHARGE, 1000, was), CAUSE_CURRENCY, 0), "another currency is told");
}

static void others(void)
{
    SettleKnown      back = { .found = true, .refund = true, .refunded = 300, .currency = STR("GBP") };
    SettleKnown      none = { .found = true, .refund_before = true, .currency = STR("GBP") };
    SettleDifference out;
    bool             differs;
    check(!judge(SETTLE_REFUND, -300, back).differs, "a refund is the same");
    check(is(judge(SETTLE_REFUND, -400, back), CAUSE_REFUND_AMOUNT, -100), "or another amount");
    check(is(judge(SETTLE_REFUND, -300, none), CAUSE_REFUND_TWICE, -300), "or came before");
    check(is(judge(SETTLE_REFUND, -300, (SettleKnown){ 0 }), CAUSE_REFUND_UNKNOWN, -300),
          "or nobody made it");
    check(is(judge(SETTLE_CHARGEBACK, -300, back), CAUSE_CHARGEBACK, -300),
          "a chargeback is for a person");
    check(is(judge(SETTLE_CHARGEBACK_BACK, 300, back), CAUSE_CHARGEBACK_BACK, 300),
          "so is one back from nowhere");
    back.disputed = true;
    check(!judge(SETTLE_CHARGEBACK_BACK, 300, back).differs, "but not one that was won");
    check(is(judge(SETTLE_OTHER, 300, back), CAUSE_OTHER, 300), "and what is not known");
    check(settle_short(1000, 0, &out) && out.cause == CAUSE_NEVER_SETTLED && out.open == -1000,
          "never settled");
    check(settle_short(1000, 400, &out) && out.cause == CAUSE_AMOUNT && out.open == -600, "in part only");
    check(settle_short(-300, 0, &out) && out.cause == CAUSE_REFUND_MISSING && out.open == 300,
          "a refund that never came");
    check(!settle_short(1000, 1000, &out), "whole");
    out = settle_payout(900, 1000, &differs);
    check(differs && out.open == 100, "a payout that is not its lines");
    SettleSent sent[] = { { 500, STR("GBP"), STR("po_1234"), 100 * (int64_t)SETTLE_DAY_MS, false },
                          { 500, STR("GBP"), STR(""), 98 * (int64_t)SETTLE_DAY_MS, false },
                          { 500, STR("EUR"), STR(""), 90 * (int64_t)SETTLE_DAY_MS, false },
                          { 500, STR("GBP"), STR(""), 20 * (int64_t)SETTLE_DAY_MS, false } };
    SettleLine bank   = { .kind     = SETTLE_BANK,
                          .amount   = 500,
                          .currency = STR("GBP"),
                          .at_ms    = 101 * (int64_t)SETTLE_DAY_MS,
                          .text     = STR("deposit") };
    check(settle_bank_find(&bank, sent, 4) == 1,
          "the bank's line is the oldest of that amount in these days");
    bank.text   = STR("STRIPE PO_1234");
    bank.amount = 480;
    check(settle_bank_find(&bank, sent, 4) == 0, "or the one that it names, whatever the amount");
    sent[0].taken = true;
    check(settle_bank_find(&bank, sent, 4) == SETTLE_NONE, "once");
}

static void names(void)
{
    SettleKind   kind;
    SettleCause  cause;
    SettleFormat format;
    bool         ok = true;
    for (SettleCause c = 0; c < CAUSE_COUNT; c++)
        ok = ok && settle_cause_of(str_from(settle_cause(c)->code), &cause) && cause == c;
    check(ok, "each cause has a code of its own");
    check(settle_kind_of(STR("chargeback_back"), &kind) && kind == SETTLE_CHARGEBACK_BACK
              && !settle_kind_of(STR("x"), &kind),
          "kinds have names");
    check(settle_format_of(STR("adyen"), &format) && format == SETTLE_ADYEN
              && !settle_format_of(STR(""), &format),
          "formats too");
}

int main(void)
{
    arena_init(&arena, memory, sizeof memory);
    headers();
    stripe();
    adyen();
    plain_and_bank();
    charges();
    others();
    names();
    return check_finish("settlement lines");
}
