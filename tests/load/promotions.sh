#!/usr/bin/env bash
# promotions.sh — prints a rule set of 100 promotions for the shop of ./bench, as `onetill promotion import
# --json-body -` takes it: 60 on single items that sell well, 20 bundles, 10 thresholds, 10 for groups.
set -euo pipefail
awk 'BEGIN {
    printf "{\"publish\":true,\"promotions\":["
    for (i = 0; i < 100; i++) {
        printf "%s{\"code\":\"bench-%d\",\"name\":\"Promotion %d\",", i ? "," : "", i, i
        sku = (i * 37) % 1000
        if (i < 60) printf "\"phase\":\"item\",\"percent\":%d,\"select\":{\"skus\":[\"SKU%06d\"]}}", 50000 + i * 1000, sku
        else if (i < 80) {
            printf "\"phase\":\"bundle\",\"percent\":1000000,\"parts\":[{\"quantity\":3,\"get\":1,\"select\":{\"skus\":["
            for (k = 0; k < 20; k++) printf "%s\"SKU%06d\"", k ? "," : "", (sku + k * 13) % 1000
            printf "]}}]}"
        } else if (i < 90) printf "\"phase\":\"order\",\"amount\":%d,\"needs\":[{\"amount\":%d}]}", 50 + i, (i - 79) * 1500
        else printf "\"phase\":\"order\",\"percent\":%d,\"customer_groups\":[\"group-%d\"]}", 10000 + i * 100, i
    }
    print "]}"
}'
