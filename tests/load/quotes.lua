-- quotes.lua — wrk script: baskets of three lines, priced. KEY and ITEMS come from the environment.
local key, items = os.getenv("KEY"), tonumber(os.getenv("ITEMS"))
local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
local function line()
    return string.format('{"sku":"SKU%06d","quantity":%d}', math.random(0, items - 1), math.random(1, 3))
end
function request()
    return wrk.format("POST", "/v1/quotes", headers, '{"location":"LON","channel":"pos","lines":[' .. line() .. ","
        .. line() .. "," .. line() .. "]}")
end
