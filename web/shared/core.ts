// core.ts — prices in the browser: the same C as in the server (core/), compiled to core.wasm. No network, no
// clock: what comes in decides what comes out, to the last unit.
//
//   const module = await WebAssembly.compileStreaming(fetch("core.wasm"));
//   const made = await Core.make(module, { promotions });
//   if (made.ok) { const answer = made.value.price(basket); … }
//
// A Core holds one set of promotions. When they change make another one; the old one goes on until then.
import { CartInput, FORM, Priced, Refusal, RuleSet } from "./core.gen.js";
import { decode, encode, FormFault, type Form } from "./form.js";

export type { CartInput, Priced, Promotion, Refusal, RuleSet } from "./core.gen.js";

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Refusal };

interface Exports {
  readonly memory: WebAssembly.Memory;
  core_form(): number;
  core_input(length: number): number;
  core_rules(at: number, length: number): number;
  core_price(at: number, length: number, explain: number): number;
}

type Call = (at: number, length: number) => number;

function refused(fault: FormFault): { ok: false; problem: Refusal } {
  return {
    ok: false,
    problem: {
      code: "field_invalid",
      title: "One or more fields are not as they must be.",
      status: 422,
      retry: false,
      ...(fault.field ? { field: fault.field } : {}),
      detail: fault.message,
    },
  };
}

export class Core {
  private constructor(private readonly core: Exports) {}

  /** An instance of the module with its promotions. Throws when the module is of another version. */
  static async make(module: WebAssembly.Module, rules: RuleSet): Promise<Answer<Core>> {
    const instance = await WebAssembly.instantiate(module, {});
    const core = new Core(instance.exports as unknown as Exports);
    if (core.core.core_form() >>> 0 !== FORM) throw new Error("core.wasm and core.gen.ts are of different versions");
    const answer = core.call(RuleSet, rules, core.core.core_rules);
    return answer.ok ? { ok: true, value: core } : answer;
  }

  /** What the basket costs. With `explain` also each step, and what nearly applied. */
  price(basket: CartInput, explain = true): Answer<Priced> {
    const answer = this.call(CartInput, basket, (at, length) => this.core.core_price(at, length, explain ? 1 : 0));
    return answer.ok ? { ok: true, value: decode(Priced, answer.value) } : answer;
  }

  /** The answer in bytes, for who holds two builds against each other. */
  priceBytes(basket: Uint8Array, explain = true): Answer<Uint8Array> {
    return this.callBytes(basket, (at, length) => this.core.core_price(at, length, explain ? 1 : 0));
  }

  private call<T extends object>(form: Form<T>, value: T, call: Call): Answer<Uint8Array> {
    try {
      return this.callBytes(encode(form, value), call);
    } catch (fault) {
      if (fault instanceof FormFault) return refused(fault);
      throw fault;
    }
  }

  private callBytes(input: Uint8Array, call: Call): Answer<Uint8Array> {
    const at = this.core.core_input(input.length);
    if (at === 0) throw new RangeError("the core has no more memory");
    new Uint8Array(this.core.memory.buffer, at, input.length).set(input);
    const answerAt = call(at, input.length); // may let the memory grow, which makes a new buffer
    const answer = new DataView(this.core.memory.buffer, answerAt, 12);
    const from = answer.getUint32(8, true);
    const bytes = new Uint8Array(this.core.memory.buffer).slice(from, from + answer.getUint32(4, true));
    return answer.getUint32(0, true) === 1
      ? { ok: true, value: bytes }
      : { ok: false, problem: decode(Refusal, bytes) };
  }
}
