#!/usr/bin/env bash
# shop.sh — makes of the demo shop one that sells everywhere: two stores and a warehouse on the map with hours and
# capacity, carriers with zones and rates, rules of sourcing, safety stock, a share, backorders, a vendor with an order
# on its way, replenishment, and a template for pop-ups. All of it by the command line, as one would do it.
# Usage: ONETILL_URL=… ONETILL_KEY=… shop.sh ONETILL  (the server runs, the key is a manager's)
set -euo pipefail
onetill() { "$program" "$@" >/dev/null; }
program=$1
hours() { # FROM UNTIL: Monday to Saturday, minutes of the day
    printf '{"day":"%s","from":'"$1"',"until":'"$2"'}\n' mon tue wed thu fri sat | paste -sd, | sed 's/.*/[&]/'
}

onetill location put MAN --name Manchester --kind store --country GB --time-zone Europe/London \
    --address '5 Market Street, Manchester' --tax-zone GB --region north --active
onetill channel serve pos MAN --priority 1
onetill channel serve web MAN --priority 3
onetill channel serve pos DC1 --priority 9 # a till sells what stands in the warehouse, too
onetill setting put pickup.days --value 5

# Where they are, when they work, how fast, at what cost.
onetill sourcing-site put LON --latitude 51513600 --longitude=-133600 --postal-code 'W1D 3QF' --preparation 60 --capacity 12 \
    --hours "$(hours 540 1200)" --parcel-cost 120 --unit-cost 30 --same-day-radius 15000 --same-day-minutes 120 \
    --methods '[{"method":"ship","cut_off":960},{"method":"pickup","cut_off":1110},{"method":"curbside","cut_off":1110},
        {"method":"same_day","cut_off":900},{"method":"ship_to_store"}]'
onetill sourcing-site put MAN --latitude 53482000 --longitude=-2242600 --postal-code 'M1 1PW' --preparation 60 --capacity 12 \
    --hours "$(hours 540 1140)" --parcel-cost 120 --unit-cost 30 --same-day-radius 10000 \
    --methods '[{"method":"ship","cut_off":960},{"method":"pickup"},{"method":"curbside"},{"method":"same_day"},
        {"method":"ship_to_store"}]'
onetill sourcing-site put DC1 --latitude 52040600 --longitude=-759400 --postal-code 'MK1 1ST' --preparation 30 --capacity 200 \
    --hours "$(hours 360 1320)" --parcel-cost 60 --unit-cost 10 \
    --methods '[{"method":"ship","cut_off":1080},{"method":"ship_to_store","cut_off":1080}]'

# Carriers: zones, services, rates.
onetill shipping-zone put UK --name 'United Kingdom' --areas '[{"country":"GB"}]'
onetill shipping-zone put HIGHLANDS --name 'Highlands and islands' --areas '[{"country":"GB","postal_prefix":"IV"},
    {"country":"GB","postal_prefix":"HS"},{"country":"GB","postal_prefix":"KW"},{"country":"GB","postal_prefix":"ZE"}]'
onetill shipping-zone put EU --name Europe --areas '[{"country":"DE"},{"country":"FR"},{"country":"ES"},{"country":"IE"},
    {"country":"NL"}]'
onetill shipping-service put next-day --name 'Next day' --carrier 'Simulated Parcel' --method ship \
    --rates '[{"zone":"UK","base":595,"per_kg":60,"transit_days":1,"weight_max":30000}]'
onetill shipping-service put economy --name Economy --carrier 'Simulated Parcel' --method ship \
    --rates '[{"zone":"UK","base":295,"per_kg":40,"transit_days":3},{"zone":"HIGHLANDS","base":695,"per_kg":90,"transit_days":5},
        {"zone":"EU","base":995,"per_kg":190,"transit_days":6}]'
onetill shipping-service put courier --name Courier --carrier 'City Bikes' --method same_day --weekdays mon,tue,wed,thu,fri,sat \
    --rates '[{"zone":"UK","base":795,"transit_days":0}]'
onetill shipping-service put shuttle --name 'Store shuttle' --carrier 'Own van' --method ship_to_store --rates '[{"zone":"UK","base":150,"transit_days":1}]'

# From where: the cheapest, but stores keep their last two, and it counts for two pounds that the warehouse sends it.
onetill sourcing-policy put '*' --objective balanced --hour-value 10 --split-penalty 400 --max-splits 2
onetill sourcing-rule put warehouse-first --kind prefer --location DC1 --method ship --amount 200
onetill sourcing-rule put last-pieces --kind keep --quantity 2

# What may be promised.
onetill availability rule --kind safety --channel web --quantity 2
onetill availability rule --kind policy --sku 22423 --channel web --mode backorder --quantity 20 --lead-days 10
onetill share put 85123A --location LON --channel pos --kind protected --quantity 5

# A vendor, an order that is on its way, and what should be reordered.
onetill vendor put ACME --name 'Acme Gifts' --contact orders@acme.example --lead-days 7 --currency GBP --active
for sku in 85123A 22423 85099B 84879 47566; do
    onetill vendor item-put ACME "$sku" --pack 6 --minimum 12 --cost 120 --active
done
purchase=$("$program" purchase create --json --idempotency-key demo-purchase --vendor ACME --location DC1 --expected-at "$(date -u -d '+7 days' +%Y-%m-%dT09:00:00Z)" \
    --lines '[{"sku":"85123A","quantity":48},{"sku":"22423","quantity":24}]' | jq -r .id)
onetill purchase send "$purchase" --idempotency-key demo-send
onetill replenish rule --location LON --scope all --min 4 --max 24 --lead-days 2 --cover-days 14 --source location --source-code DC1
onetill replenish rule --location DC1 --scope all --min 12 --max 96 --lead-days 7 --cover-days 28 --pack 6 --source vendor --source-code ACME

# Goods where they belong: some in the warehouse, some in Manchester, some of London's in its backroom.
onetill stock move --cause receipt --idempotency-key demo-stock --lines "$(for sku in 85123A 22423 85099B 84879 47566; do
    for to in 'DC1 backroom 60' 'MAN floor 12' 'MAN backroom 8' 'LON backroom 10'; do
        read -r location state quantity <<<"$to"
        printf '{"sku":"%s","from_state":"vendor","to_location":"%s","to_state":"%s","quantity":%s}\n' "$sku" "$location" \
            "$state" "$quantity"
    done
done | paste -sd, | sed 's/.*/[&]/')"

# The next pop-up is one command: onetill location open --template popup --code XMAS --name 'Christmas market'
onetill location template popup --name 'Pop-up' --kind popup --country GB --time-zone Europe/London --tax-zone GB \
    --channels '[{"channel":"pos"}]' --registers 2 --register-role cashier

# A loyalty programme: a point for each 10 pence, worth a tenth of a penny; double on Tuesdays; tiers, a reward, and an
# offer that holds for the first basket of who joins at the till (onetill join new --location LON).
onetill promotion put welcome --name 'Welcome: 10 % off today' --phase order --percent 100000 --personal
onetill promotion publish welcome
onetill budget put welcome --customer-uses 1
onetill promotion put five-off --name '5.00 off' --phase order --amount 500 --coupon
onetill promotion publish five-off
onetill loyalty put --name 'Gift Club' --currency GBP --worth-amount 1 --worth-points 10 --pending-days 28 \
    --expiry-days 730 --grace-days 60 --join-offer welcome --join-offer-days 14 \
    --terms 'I join the Gift Club. My purchases are kept with my name so that I get points for them; I can leave at any time.' \
    --marketing 'Write to me about offers by e-mail. I can stop that with any message.'
onetill loyalty-rule put spend --name 'A point for each 10p' --by money --points 1 --per 10
onetill loyalty-rule put tuesdays --name 'Double on Tuesdays' --by multiply --times 2000000 --weekdays tue
onetill loyalty-rule put welcome --name 'For joining' --by join --points 500
onetill loyalty-rule put birthday --name 'Happy birthday' --by birthday --points 1000
onetill loyalty-tier put silver --name Silver --threshold 2000
onetill loyalty-tier put gold --name Gold --threshold 10000
onetill loyalty-reward put five-off --name '5.00 off your next basket' --points 5000 --promotion five-off

# Two drawers in London with change in the safe; who has the manager's key works at the first one.
onetill drawer put LON 1 --name 'By the door' --active
onetill drawer put LON 2 --name Upstairs --active
onetill till policy-put LON --pay-out-over 2000 --difference-over 500 --no-sale-approval
onetill safe move --idempotency-key demo-change --location LON --kind from_bank --currency GBP --amount 50000 --reason change
onetill shift open --idempotency-key demo-shift --location LON --drawer 1 --cashier Ann \
    --floats '[{"currency":"GBP","coins":[{"value":1000,"count":8},{"value":100,"count":20}]}]'

# A gift card of 50.00 (GIFT-CARD-DEMO-2026), three empty ones to be sold, and euros are taken at the till.
onetill giftcard create --idempotency-key demo-gift --location LON --amount 5000 --code GIFT-CARD-DEMO-2026 --reason 'for the demo'
onetill giftcard batch --idempotency-key demo-gifts --location LON --count 3
onetill payment rate GBP EUR --coins 118 --worth 100
