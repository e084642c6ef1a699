-- stock.lua — wrk script for a shop with stock at many locations (bench-seed ITEMS LOCATIONS), SHAPE says of what:
--   cold  paid orders of one line: any item at any location that has it
--   hot   paid orders of one line: all of the same item at the same location
--   show  the stock of one item that is at all locations
--   available  what the tills may promise of it, with every location and why
--   as_of the same as it was at the time AS_OF
--   fifty what the web may promise of fifty items
--   hold  one of any item at any location that has it, for a cart
--   plan  from where to send three such items to somewhere in the country
-- KEY, ITEMS and LOCATIONS come from the environment.
local key, shape = os.getenv("KEY"), os.getenv("SHAPE")
local items, locations = tonumber(os.getenv("ITEMS")), tonumber(os.getenv("LOCATIONS"))
local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
local count, start = 0, ""
function init()
    math.randomseed(os.time())
    start = tostring(os.time()) .. "-" .. math.random(1000000000) .. "-"
end
local function any()
    -- where an item stands: see stock_place in stock.c
    local item = math.random(0, items - 1)
    return item, (item + 11 * math.random(0, math.floor(locations / 10) - 3)) % locations + 1
end
local function order(item, location)
    return string.format('{"location":"L%03d","channel":"pos","lines":[{"sku":"SKU%06d","quantity":1}],'
        .. '"tenders":[{"kind":"cash"}]}', location, item)
end
local function everywhere()
    return string.format("SKU%06d", 100 * math.random(0, math.floor((items - 1) / 100)))
end
local reads = {
    show = function() return "/v1/stock/" .. everywhere() end,
    available = function() return "/v1/availability/" .. everywhere() .. "?channel=pos" end,
    as_of = function() return "/v1/stock?limit=200&sku=" .. everywhere() .. "&as_of=" .. os.getenv("AS_OF") end,
}
local function fifty()
    local skus = {}
    for i = 1, 50 do skus[i] = string.format('"SKU%06d"', math.random(0, items - 1)) end
    return '{"channel":"web","skus":[' .. table.concat(skus, ",") .. "]}"
end
local function hold(item, location)
    return string.format('{"channel":"web","location":"L%03d","lines":[{"sku":"SKU%06d","quantity":1}]}', location, item)
end
local function plan()
    local function line() return '{"sku":"' .. everywhere() .. '","quantity":' .. math.random(1, 3) .. "}" end
    return string.format('{"channel":"web","method":"ship","country":"GB","postal_code":"%d1234","latitude":%d,'
        .. '"longitude":%d,"runners_up":1,"lines":[%s,%s,%s]}', math.random(0, 9), math.random(50000000, 58000000),
        math.random(-5000000, 1500000), line(), line(), line())
end
function request()
    if shape == "fifty" then return wrk.format("POST", "/v1/availability", headers, fifty()) end
    if shape == "plan" then return wrk.format("POST", "/v1/sourcing/plans", headers, plan()) end
    if reads[shape] then return wrk.format("GET", reads[shape](), headers) end
    count = count + 1
    headers["Idempotency-Key"] = start .. count
    if shape == "hold" then return wrk.format("POST", "/v1/holds", headers, hold(any())) end
    if shape == "hot" then return wrk.format("POST", "/v1/orders", headers, order(0, 1)) end
    return wrk.format("POST", "/v1/orders", headers, order(any()))
end
