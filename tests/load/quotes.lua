-- quotes.lua — wrk script: baskets of three lines, priced; a hundred thousand of them, made beforehand, so that
-- making them takes no time from the server; the same in every run, so that the median is of a shop that has been
-- open for a while. KEY and ITEMS come from the environment.
local key, items = os.getenv("KEY"), tonumber(os.getenv("ITEMS"))
local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
local requests, baskets = {}, 100000
local function line()
    -- as in a shop: four lines in five are of the thousand items that sell best
    local item = math.random(5) < 5 and math.random(0, 999) or math.random(0, items - 1)
    return string.format('{"sku":"SKU%06d","quantity":%d}', item, math.random(1, 3))
end
function init()
    math.randomseed(1)
    for i = 0, baskets - 1 do
        requests[i] = wrk.format("POST", "/v1/quotes", headers, '{"location":"LON","channel":"pos","lines":['
            .. line() .. "," .. line() .. "," .. line() .. "]}")
    end
end
local at = 0
function request()
    at = (at + 1) % baskets
    return requests[at]
end
