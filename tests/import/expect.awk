# expect.awk — what a file of invoice lines says, worked out again and independently: per invoice the sum of
# what is sold (S) or given back (R) in pence, per SKU the quantity sold (Q) and written off (L).
# Usage: awk -v delimiter=';' -v comma=1 -f expect.awk FILE | sort
function cells(line, out,   n, i, c, text, quoted)
{
    n = 0; text = ""; quoted = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (quoted && c == "\"" && substr(line, i + 1, 1) == "\"") { text = text c; i++ }
        else if (c == "\"") quoted = !quoted
        else if (c == delimiter && !quoted) { out[++n] = text; text = "" }
        else text = text c
    }
    out[++n] = text
    return n
}
{ sub(/\r$/, "") }
NR == 1 {
    sub(/^\357\273\277/, "")
    n = cells($0, head)
    for (i = 1; i <= n; i++) at[head[i]] = i
    next
}
{
    cells($0, cell)
    invoice = cell[at["InvoiceNo"]]; sku = cell[at["StockCode"]]
    quantity = cell[at["Quantity"]] + 0; price = cell[at["UnitPrice"]]
    if (comma) sub(/,/, ".", price)
    pence = sprintf("%.0f", price * 100) + 0
    if (invoice ~ /^C/) returned[invoice] -= quantity * pence
    else if (quantity < 0) lost[sku] -= quantity
    else { sold[invoice] += quantity * pence; units[sku] += quantity }
}
END {
    for (i in sold) printf "S %s %d\n", i, sold[i]
    for (i in returned) printf "R %s %d\n", i, returned[i]
    for (i in units) printf "Q %s %d\n", i, units[i]
    for (i in lost) printf "L %s %d\n", i, lost[i]
}
