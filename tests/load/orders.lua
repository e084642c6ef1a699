-- orders.lua — wrk script: paid orders of three lines each, every request with a key of its own.
-- KEY and ITEMS come from the environment, and TENDERS where they are not cash.
local key, items = os.getenv("KEY"), tonumber(os.getenv("ITEMS"))
local tenders = os.getenv("TENDERS") or '{"kind":"cash"}'
local threads = 0
function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end
function init()
    count = 0
    math.randomseed(os.time() * 1000 + number)
    start = tostring(os.time()) .. "-" .. number .. "-" .. math.random(1000000000) .. "-"
    headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
end
local function line()
    -- as in a shop: four lines in five are of the thousand items that sell best
    local item = math.random(5) < 5 and math.random(0, 999) or math.random(0, items - 1)
    return string.format('{"sku":"SKU%06d","quantity":%d}', item, math.random(1, 3))
end
function request()
    count = count + 1
    headers["Idempotency-Key"] = start .. count
    return wrk.format("POST", "/v1/orders", headers, '{"location":"LON","channel":"pos","lines":[' .. line() .. ","
        .. line() .. "," .. line() .. '],"tenders":[' .. tenders .. "]}")
end
