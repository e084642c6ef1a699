// bench.mjs — how long core.wasm takes from the bytes of a basket to those of its price: the median of 15 rounds,
// in microseconds. Reads the promotions and baskets that `bench-price LINES PROMOTIONS bytes FILE` wrote.
// Usage: node bench.mjs FOLDER_OF_CORE_JS FILE
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, path] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const { Core } = await load("core.js");
const { RuleSet } = await load("core.gen.js");
const { decode } = await load("form.js");

const file = readFileSync(path);
const parts = [];
for (let at = 0; at < file.length; ) {
  const length = file.readUInt32LE(at);
  parts.push(new Uint8Array(file.subarray(at + 4, at + 4 + length)));
  at += 4 + length;
}
const [rules, ...baskets] = parts;
const module = await WebAssembly.compile(readFileSync(`${folder}/core.wasm`));
const made = await Core.make(module, decode(RuleSet, rules));
if (!made.ok) throw new Error(JSON.stringify(made.problem));

function measure(times) {
  const begun = performance.now();
  for (let i = 0; i < times; i++) {
    const answer = made.value.priceBytes(baskets[i % baskets.length], false);
    if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  }
  return ((performance.now() - begun) * 1000) / times;
}

const once = measure(baskets.length * 5); // until it is compiled well
const times = Math.ceil(100000 / (once + 1)) + baskets.length;
const rounds = Array.from({ length: 15 }, () => measure(times)).sort((a, b) => a - b);
console.log(rounds[7].toFixed(2));
