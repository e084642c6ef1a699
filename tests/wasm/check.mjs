// check.mjs — does core.wasm, through its TypeScript wrapper, give the answers of the native core, byte for byte?
// Reads what wasm-native wrote. Usage: node check.mjs FOLDER_OF_CORE_JS CASES
import { deepStrictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, path] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const { Core } = await load("core.js");
const { CartInput, Priced, RuleSet } = await load("core.gen.js");
const { decode, encode } = await load("form.js");
const module = await WebAssembly.compile(readFileSync(`${folder}/core.wasm`));
const cases = readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line));

let passed = 0;
let failed = 0;
function check(name, what, run) {
  try {
    run();
    passed += 1;
  } catch (fault) {
    failed += 1;
    console.log(`not ok ${name}: ${what}\n  ${String(fault.message).slice(0, 600)}`);
  }
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const made = new Map();

/** The core with the rules of a case; each is made once. */
async function coreOf(index) {
  if (!made.has(index)) made.set(index, await Core.make(module, { promotions: cases[index].promotions }));
  return made.get(index);
}

function same(native, wasm, basket) {
  deepStrictEqual({ ok: wasm.ok, code: wasm.problem?.code, field: wasm.problem?.field ?? "" },
    { ok: native.ok, code: native.code, field: native.field ?? "" });
  if (!native.ok) return;
  deepStrictEqual(wasm.value, native.priced);
  const bytes = this.priceBytes(encode(CartInput, basket));
  deepStrictEqual(hex(bytes.value), native.bytes);
  deepStrictEqual(decode(Priced, bytes.value), native.priced);
}

let priced = 0;
let refused = 0;
for (const [i, one] of cases.entries()) {
  if (one.rule_bytes)
    check(one.name, "the wrapper writes the rules as the native core does", () =>
      deepStrictEqual(hex(encode(RuleSet, { promotions: one.promotions })), one.rule_bytes));
  if (one.basket_bytes)
    check(one.name, "the wrapper writes the basket as the native core does", () =>
      deepStrictEqual(hex(encode(CartInput, one.basket)), one.basket_bytes));
  for (const [j, native] of one.answers.entries()) {
    const core = await coreOf(i + j);
    const answer = core.ok ? core.value.price(one.basket) : core;
    check(one.name, `the answer is that of the native core (rules of case ${i + j})`, () =>
      same.call(core.value, native, answer, one.basket));
    if (native.ok) priced += 1;
    else refused += 1;
  }
  made.delete(i);
}

const empty = await Core.make(module, {});
check("wrapper", "no rules are rules, too", () => deepStrictEqual(empty.ok, true));
check("wrapper", "bytes that are no basket are refused", () => {
  const answer = empty.value.priceBytes(new Uint8Array([255, 255, 255]));
  deepStrictEqual([answer.ok, answer.problem.code], [false, "wire_form"]);
});
for (const [basket, field] of [
  [{ currency: "GBP", colour: "red" }, "colour"],
  [{ currency: 7 }, "currency"],
  [{ currency: "GBP", lines: {} }, "lines"],
  [{ currency: "GBP", lines: [{ sku: "a", tax_class: "s", unit_price: 0.5, quantity: 1 }] }, "lines[0].unit_price"],
  [{ currency: "GBP", lines: [{ sku: "a", tax_class: "s", unit_price: 5, quantity: "1.2345" }] }, "lines[0].quantity"],
  [{ currency: "GBP", at: "yesterday" }, "at"],
  [{ currency: "GBP" }, "lines"],
])
  check("wrapper", `a fault in ${field} is told`, () =>
    deepStrictEqual([empty.value.price(basket).problem.field, empty.value.price(basket).ok], [field, false]));
check("wrapper", "a large basket makes the memory grow, and is priced as before", () => {
  const line = { sku: "x".repeat(60), tax_class: "zero", unit_price: 100, quantity: 1, name: "y".repeat(200) };
  const basket = { currency: "GBP", rates: [{ tax_class: "zero", name: "0", rate: 0 }], lines: Array(2000).fill(line) };
  const first = empty.value.price(basket);
  deepStrictEqual([first.ok, first.value?.total], [true, 200000]);
  deepStrictEqual(empty.value.price(basket), first);
});

console.log(`  ${cases.length} cases, ${priced} prices and ${refused} refusals compared`);
if (cases.length === 0 || priced === 0) failed += 1;
console.log(`wasm: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
