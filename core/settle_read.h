/* settle_read.h — a record of a settlement file, or of a bank statement, as a SettleLine. Pure: cells in,
 * a line or a reason out. Columns are found by the names in the header (settle_columns.def), amounts are
 * read exactly from their decimal text. Splitting the file into records is done by the caller. */
#ifndef CORE_SETTLE_READ_H
#define CORE_SETTLE_READ_H

#include "core/csv_form.h"
#include "core/settle.h"

typedef enum { SETTLE_STRIPE, SETTLE_ADYEN, SETTLE_PLAIN, SETTLE_BANKS, SETTLE_FORMATS } SettleFormat;

const char *settle_format_name(SettleFormat format);
bool        settle_format_of(Str name, SettleFormat *out) MUST_USE;

typedef enum {
    CELL_TYPE,
    CELL_ID,
    CELL_KEY,
    CELL_REFUND_KEY,
    CELL_REFERENCE,
    CELL_SOURCE, /* of a payout: the payout itself */
    CELL_PAYOUT,
    CELL_TEXT,
    CELL_AMOUNT,
    CELL_CURRENCY,
    CELL_GROSS,
    CELL_SETTLED,
    CELL_FEE,
    CELL_NET,
    CELL_GROSS_DEBIT,
    CELL_GROSS_CREDIT,
    CELL_NET_DEBIT,
    CELL_NET_CREDIT,
    CELL_COMMISSION,
    CELL_MARKUP,
    CELL_SCHEME,
    CELL_INTERCHANGE,
    CELL_AT,
    CELL_PAYOUT_AT,
    CELL_COUNT
} SettleCell;

enum { SETTLE_CELLS_MAX = 256, SETTLE_NAME_MAX = 120, SETTLE_TEXT_MAX = 200 };

/* How a file is read; starts with what the user said. */
typedef struct {
    bool         said; /* `format` is the user's word */
    SettleFormat format;
    char         delimiter;
    CsvForm      form;           /* decimal sign; of dates their order */
    Str          currency;       /* where the file says none */
    size_t       width;          /* cells of the header */
    int          at[CELL_COUNT]; /* where a cell stands; -1: nowhere */
    const char  *header[CELL_COUNT];
} SettleFile;

/* Which delimiter a header line has. */
char settle_delimiter(Str header);

/* Finds the format, unless it is said, and the columns. Errors: SETTLEMENT_FILE with what is missing. */
bool settle_header(SettleFile *file, const Str *names, size_t count, Error *err) MUST_USE;

/* Reads one record; texts of the line are in the arena or in the cells. Errors: SETTLEMENT_LINE at the
 * name of the column. */
bool settle_read(const SettleFile *file, Arena *arena, const Str *cells, size_t count, SettleLine *out,
                 Error *err) MUST_USE;

#endif
