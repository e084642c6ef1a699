/* slip.h — a printed slip as a list of blocks: receipts of sales and returns, gift receipts, gift cards, X
 * and Z reports, pick-up slips. Made of plain structs (slip.c, slip_report.c), shown as text, for ESC/POS
 * printers (slip_escpos.h), as HTML (slip_html.h) and as PDF (sys/slip_pdf.h). Pure: the same in the
 * server and in the register. See docs/RECEIPTS.md. Words: wall_ms: what the clock on the wall shows, in
 * ms since 1970 as if it were UTC (sys/zone.h). */
#ifndef CORE_SLIP_H
#define CORE_SLIP_H

#include "base/form.h"
#include "core/money.h"

/* --- languages --- */

#define SLIP_LANGUAGES(X) X(EN, "en") X(DE, "de") X(FR, "fr") X(ES, "es") X(JA, "ja") X(AR, "ar")
#define SLIP_LANGUAGE_CODES "en|de|fr|es|ja|ar"

typedef enum {
#define X(name, code) SLIP_##name,
    SLIP_LANGUAGES(X)
#undef X
        SLIP_LANGUAGE_COUNT
} SlipLanguage;

typedef enum {
#define WORD(name, ...) SLIP_WORD_##name,
#include "core/slip.def"
#undef WORD
    SLIP_WORD_COUNT
} SlipWord;

bool slip_language_find(Str code, SlipLanguage *out);
Str  slip_language_code(SlipLanguage language);

/* The language that most customers of a country read, as far as it is one of ours; else English. */
SlipLanguage slip_language_of_country(Str country);
bool         slip_from_right(SlipLanguage language);

/* A word, or a sentence with its `{}` filled in order by `a` and `b`. STR_NONE: the arena is full. */
Str slip_word(SlipLanguage language, SlipWord word);
Str slip_say(Arena *arena, SlipLanguage language, SlipWord word, Str a, Str b);

/* "1,234.50", "1.234,50": an amount as the language writes it, without currency. */
Str slip_money(Arena *arena, SlipLanguage language, int64_t minor, Str currency);

/* "24.11.2026 13:56" of a wall clock; empty for OPT_NONE. */
Str slip_time(Arena *arena, SlipLanguage language, int64_t wall_ms);

/* How a tender kind is called; the kind itself when it is none of ours. */
Str slip_tender_name(SlipLanguage language, Str kind);

/* --- blocks --- */

enum { SLIP_CELLS_MAX = 5, SLIP_COLUMNS_LEAST = 24, SLIP_COLUMNS_MOST = 64, SLIP_COLUMNS = 42 };
enum { SLIP_LOGO_WIDTH_MAX = 576, SLIP_LOGO_HEIGHT_MAX = 400 };

typedef enum {
    SLIP_TEXT, /* cells[0], broken where needed */
    SLIP_ROW,  /* cells[0] takes what the others, which are at the end, leave; it is broken where needed */
    SLIP_RULE, /* a line across */
    SLIP_GAP,  /* an empty line */
    SLIP_QR,   /* cells[0] as QR code */
    SLIP_BARCODE, /* cells[0] as Code 128, and as text below it */
    SLIP_LOGO,    /* the logo of the slip */
    SLIP_CUT,     /* printers cut here */
    SLIP_DRAWER,  /* printers open the drawer */
} SlipKind;

typedef enum { SLIP_START, SLIP_CENTRE, SLIP_END } SlipAlign;

typedef struct {
    SlipKind  kind;
    SlipAlign align;
    bool      bold, big; /* big: twice as wide and high */
    int       indent;    /* columns */
    int       column;    /* least width of the cells behind the first, columns */
    Str       cells[SLIP_CELLS_MAX];
    size_t    count;
} SlipBlock;

/* Black and white, row by row, (width + 7) / 8 bytes each, the leftmost dot the highest bit, 1 is black.
 */
typedef struct {
    int            width, height;
    const uint8_t *bits;
    Str            png; /* the same as base64 of a PNG, for pages; or none */
} SlipPicture;

typedef struct {
    SlipLanguage     language;
    Str              title; /* for the head of a page */
    SlipPicture      logo;
    const SlipBlock *blocks;
    size_t           count;
} Slip;

/* --- how it shall look: what a template says --- */

/* What may be left out. */
#define SLIP_PARTS(X)                                                                                     \
    X(LOGO, "logo")                                                                                       \
    X(ADDRESS, "address")                                                                                 \
    X(TAX_NUMBER, "tax_number") X(SKU, "sku") X(NOTES, "notes") X(SAVED, "saved") X(BARCODE, "barcode")   \
        X(LINK, "link")

typedef enum {
#define X(name, code) SLIP_PART_##name,
    SLIP_PARTS(X)
#undef X
        SLIP_PART_COUNT
} SlipPart;

/* What is left out when nothing else is said. */
#define SLIP_HIDDEN_STANDARD (1u << SLIP_PART_SKU)

bool slip_part_find(Str code, SlipPart *out);
Str  slip_part_code(SlipPart part);

typedef struct {
    SlipLanguage language;
    uint32_t     hidden;                /* bit n: part n is left out */
    Str          header, footer, legal; /* texts as slip_template_check takes them, or none */
    SlipPicture  logo;                  /* or none */
    Str          link;                  /* of the digital receipt, or none */
    bool         copy;                  /* it says that it is one */
    bool         drawer;                /* opens the drawer first */
} SlipStyle;

/* Whether a text of a template can be used: lines of at most 200 bytes, at most 20; `#` before a line
 * makes it big, `*` bold, `<` and `>` put it to the start and the end, `-` alone is a rule; {name} stands
 * for a fact. Errors: FIELD_INVALID at `field`, with the line and what would do. */
bool slip_template_check(Str text, const char *field, Error *err) MUST_USE;

/* --- what is printed --- */

/* Who sells: on all slips. */
typedef struct {
    Str merchant, address, tax_number, location;
    Str register_name, cashier; /* or none */
} SlipShop;

typedef struct {
    Str     name;         /* of a tax, a fee, what was taken off … */
    int64_t base, amount; /* minor units */
    Str     mark;         /* of a tax, or none */
} SlipSum;

typedef struct {
    Str            name, sku, mark;                 /* of its taxes, or none */
    int64_t        qty_milli, unit_price, discount; /* minor units */
    int64_t        total;                           /* of a return: given back for it */
    const SlipSum *changes; /* what was taken off, by name (amount below 0), and fees; may be not all */
    size_t         change_count;
    int64_t        changed_off; /* how much of `discount` is among them */
    const Str     *notes;       /* printed below: lots, serial numbers, parts */
    size_t         note_count;
} SlipLine;

typedef struct {
    Str     kind;         /* cash, card, gift_card … */
    Str     brand, last4; /* of a card, or none */
    Str     detail;       /* contactless, apple_pay, the gift card's last digits …, or none */
    int64_t amount;       /* with tip and surcharge */
    int64_t tip, surcharge;
} SlipTender;

typedef enum { SLIP_OF_SALE, SLIP_OF_RETURN, SLIP_OF_GIFT } SlipSaleKind;

typedef struct {
    SlipSaleKind      kind;
    SlipShop          shop;
    Str               number, currency;
    Str               of_number; /* of a return: the receipt of the sale, or none */
    int64_t           wall_ms;
    bool              prices_include_tax;
    const SlipLine   *lines;
    size_t            line_count;
    const SlipSum    *extras; /* shipping and what was taken off it */
    size_t            extra_count;
    int64_t           net, total, cash_rounding, change, tip;
    int64_t           saved; /* all that was taken off */
    int64_t           due;   /* still to be paid */
    const SlipSum    *beside; /* paid beside the total: gift cards that are loaded, surcharges */
    size_t            beside_count;
    const SlipSum    *taxes;
    size_t            tax_count;
    const SlipTender *tenders; /* of a return: how the money was given back */
    size_t            tender_count;
} SlipSale;

/* One tender in a report. */
typedef struct {
    Str     kind;
    int64_t count;             /* how often it was taken */
    int64_t taken, given_back; /* both >= 0 */
    int64_t expected;          /* what must be there */
    int64_t counted;           /* OPT_NONE: not counted */
} SlipTenderSum;

/* Cash that came or went beside sales. */
typedef struct {
    Str     kind; /* float, pay_in, pay_out, drop, or a text of its own */
    int64_t count, amount;
} SlipCashMove;

typedef struct {
    Str     name;
    int64_t sales, amount;
    int64_t over_short; /* OPT_NONE: not counted */
} SlipCashierSum;

typedef struct {
    int64_t value, count; /* a coin or note in minor units */
} SlipCoins;

/* X and Z report of a till: X at any time, Z closes it. Amounts in minor units, all >= 0 but over_short.
 */
typedef struct {
    SlipShop              shop;
    bool                  closes; /* Z */
    int64_t               number; /* of the Z report, without gaps; 0: none */
    Str                   till, currency;
    Str                   opened_by, closed_by;            /* or none */
    int64_t               opened_ms, until_ms;             /* wall clocks */
    Str                   first_receipt, last_receipt;     /* or none */
    int64_t               sales, returns, voids, no_sales; /* how many */
    int64_t               gross, discounts, refunds, net, tax, tips, rounding;
    int64_t               grand_total; /* of all Z reports of the till; OPT_NONE: not kept */
    const SlipSum        *taxes;
    size_t                tax_count;
    const SlipTenderSum  *tenders;
    size_t                tender_count;
    const SlipCashMove   *moves;
    size_t                move_count;
    const SlipCashierSum *cashiers;
    size_t                cashier_count;
    const SlipCoins      *coins; /* what was counted */
    size_t                coin_count;
    Str                   note; /* for people, or none */
} SlipReport;

/* A gift card that was sold, loaded or asked for. */
typedef struct {
    SlipShop shop;
    Str      number; /* of the slip: a receipt number, or none */
    Str      code;   /* as the customer shows it; as much of it as may be printed */
    Str      scan;   /* for the QR code, or none: no code is printed */
    Str      pin;    /* or none */
    Str      currency;
    int64_t  wall_ms;
    int64_t  loaded; /* with this slip; 0: nothing */
    int64_t  balance;
    int64_t  until_ms; /* good until then, wall clock; OPT_NONE: for ever */
    Str      note;     /* who it is for, or none */
} SlipGiftCard;

/* For goods that are fetched: with them, or for the customer to show. */
typedef struct {
    SlipShop        shop;
    Str             number, contact;
    int64_t         ready_ms, until_ms; /* wall clocks; OPT_NONE: not known */
    Str             shelf, code, scan;  /* or none */
    const SlipLine *lines;
    size_t          line_count;
    Str             note; /* or none */
} SlipPickup;

/* Make the blocks, in the arena; what they point to must live as long. Control characters and those that
 * turn the direction of what follows become '?'. Errors: MEMORY, AMOUNT_RANGE. */
bool slip_of_sale(Arena *arena, const SlipStyle *style, const SlipSale *sale, Slip *out,
                  Error *err) MUST_USE;
bool slip_of_report(Arena *arena, const SlipStyle *style, const SlipReport *report, Slip *out,
                    Error *err) MUST_USE;
bool slip_of_gift_card(Arena *arena, const SlipStyle *style, const SlipGiftCard *card, Slip *out,
                       Error *err) MUST_USE;
bool slip_of_pickup(Arena *arena, const SlipStyle *style, const SlipPickup *pickup, Slip *out,
                    Error *err) MUST_USE;

/* --- lines --- */

/* One line of a device whose characters are all as wide. */
typedef struct {
    const SlipBlock *block;                 /* what it is of; decides how it looks */
    Str              cells[SLIP_CELLS_MAX]; /* of texts and rows */
    int              from[SLIP_CELLS_MAX];  /* the column at which each begins */
    size_t           count;
    int              columns; /* of the line, of its own letters */
    bool             big;
} SlipFlowLine;

/* The blocks as lines; of other kinds than texts and rows, one line each. `sizes`: the device has big
 * letters, which take two columns. Errors: MEMORY. */
bool slip_flow(Arena *arena, const Slip *slip, int columns, bool sizes, SlipFlowLine **out, size_t *count,
               Error *err) MUST_USE;

/* Columns that a text takes: wide characters count as two, those that stand above others as none. */
int slip_columns(Str text);

/* The character at *at, which moves behind it; U+FFFD for what is no UTF-8. */
uint32_t slip_character(Str text, size_t *at);

/* As plain text of so many columns. Errors: MEMORY. */
bool slip_text(Arena *arena, const Slip *slip, int columns, Str *out, Error *err) MUST_USE;

#endif
