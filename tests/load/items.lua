-- items.lua — wrk script: items by SKU, over a thousand of them. KEY comes from the environment.
local headers = { ["Authorization"] = "Bearer " .. os.getenv("KEY") }
local requests = {}
function init()
    for i = 0, 999 do requests[i] = wrk.format("GET", string.format("/v1/items/SKU%06d", i), headers) end
end
local at = 0
function request()
    at = (at + 1) % 1000
    return requests[at]
end
