// feed.mjs — how long it takes from a sale at the till to the changed figure on the feed of the web shop: sales one
// after the other, each of another item, while an event stream is open. Prints three numbers in milliseconds: median
// and 99th percentile from the request of the sale to the event, median from the request to its answer.
// Usage: feed.mjs URL KEY SALES
const [url, key, sales] = process.argv.slice(2);
const authorised = { Authorization: `Bearer ${key}` };

async function call(method, path, body, name) {
    const answer = await fetch(url + path, {
        method,
        headers: { ...authorised, "Content-Type": "application/json", "Idempotency-Key": name },
        body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
}

const waiting = new Map(); // SKU: what to do when its figure comes
let heard = 0;
async function follow(ready) {
    const stream = await fetch(`${url}/v1/events/stream`, { headers: authorised });
    ready();
    let rest = "";
    for await (const bytes of stream.body.pipeThrough(new TextDecoderStream())) {
        rest += bytes;
        const lines = rest.split("\n");
        rest = lines.pop();
        for (const line of lines) {
            if (!line.startsWith("data:")) continue;
            heard = performance.now();
            waiting.get(JSON.parse(line.slice(5)).data.sku)?.();
        }
    }
}

function percentile(times, part) {
    times.sort((a, b) => a - b);
    return times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(2);
}
const start = `feed-${Date.now()}-`;
await call("PUT", "/v1/channels/web/feed", { on: true }, start + "on");
await new Promise((ready) => void follow(ready).catch(() => process.exit(process.exitCode ?? 1)));
for (const since = performance.now(); heard === 0 || performance.now() - heard < 3000;) { // all figures are told first
    if (performance.now() - since > 120000) throw new Error("the feed does not begin");
    await new Promise((go) => setTimeout(go, 100));
}
const told = [], answered = [];
for (let n = 0; n < Number(sales); n++) {
    const sku = `SKU${String(n * 37 + 5).padStart(6, "0")}`, from = performance.now();
    const event = new Promise((done, late) => {
        waiting.set(sku, done);
        setTimeout(() => late(new Error(`no figure of ${sku} within ten seconds`)), 10000).unref();
    });
    await call("POST", "/v1/orders", { location: "LON", channel: "pos", lines: [{ sku, quantity: 1 }],
        tenders: [{ kind: "cash" }] }, start + n);
    answered.push(performance.now() - from);
    await event;
    told.push(performance.now() - from);
    waiting.delete(sku);
}
console.log(percentile(told, 0.5), percentile(told, 0.99), percentile(answered, 0.5));
process.exit(0);
