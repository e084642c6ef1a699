// form.ts — values of described structs as bytes, and back: the other side of core/wire.c, where the bytes are
// explained. The tables are in core.gen.ts. What comes back is what the API would answer as JSON.

export type FieldType =
  | "text" | "number" | "quantity" | "time" | "flag" | "id" | "texts" | "list" | "object" | "json";

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly form?: Form<object>;
}

/** The fields of a struct. T is its type: a form reads and writes only that. */
export interface Form<T extends object> {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Never there; ties the table to the type. */
  readonly of?: T;
}

/** A value that is not of the form: where, and why. */
export class FormFault extends Error {
  constructor(
    readonly field: string,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Members = Record<string, unknown>;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

function bitBytes(form: Form<object>): number {
  return Math.max(1, Math.ceil(form.fields.length / 8));
}

// ---- writing ----

class Writer {
  bytes = new Uint8Array(1024);
  length = 0;

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A whole number from 0 to 2^54. */
  varint(value: number): void {
    this.room(10);
    while (value > 0x7f) {
      this.bytes[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.bytes[this.length++] = value;
  }

  text(text: string): void {
    const bytes = encoder.encode(text);
    this.varint(bytes.length);
    this.raw(bytes);
  }
}

function wrong(path: string, what: string): never {
  throw new FormFault(path, "wrong_type", what);
}

function writeNumber(out: Writer, path: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) wrong(path, "must be a whole number");
  // Zigzag; 2^54 has a float of its own, and so has each even number before it.
  if (value >= 0) {
    if (value < 2 ** 52) out.varint(value * 2);
    else writeBig(out, BigInt(value) * 2n);
  } else if (value > -(2 ** 52)) {
    out.varint(-value * 2 - 1);
  } else {
    writeBig(out, BigInt(-value) * 2n - 1n);
  }
}

function writeBig(out: Writer, value: bigint): void {
  for (; value > 0x7fn; value >>= 7n) out.byte(Number(value & 0x7fn) | 0x80);
  out.byte(Number(value));
}

/** Thousandths of "1.25" or of a whole number. */
function thousandths(path: string, value: unknown): number {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  const parts = typeof text === "string" ? /^(-?)([0-9]{1,15})(?:\.([0-9]{1,3}))?$/.exec(text) : null;
  if (!parts) wrong(path, "must be a whole number or decimal text");
  const size = Number(parts[2]) * 1000 + Number((parts[3] ?? "").padEnd(3, "0"));
  return parts[1] ? 0 - size : size;
}

function milliseconds(path: string, value: unknown): number {
  const date = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}/;
  const zone = /^(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$/;
  const time = typeof value === "string" && date.test(value) && zone.test(value.slice(19)) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw new FormFault(path, "invalid_time", "must be a time as in RFC 3339");
  return time;
}

function writeId(out: Writer, path: string, value: unknown): void {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
  if (typeof value !== "string" || !uuid.test(value))
    throw new FormFault(path, "invalid_id", "must be the UUID of something");
  const digits = value.replaceAll("-", "");
  for (let at = 0; at < 32; at += 2) out.byte(parseInt(digits.slice(at, at + 2), 16));
}

function writeText(out: Writer, path: string, value: unknown): void {
  if (typeof value !== "string") wrong(path, "must be text");
  out.text(value);
}

function writeField(out: Writer, path: string, field: Field, value: unknown): void {
  switch (field.type) {
    case "flag":
      return;
    case "number":
      return writeNumber(out, path, value);
    case "quantity":
      return writeNumber(out, path, thousandths(path, value));
    case "time":
      return writeNumber(out, path, milliseconds(path, value));
    case "id":
      return writeId(out, path, value);
    case "text":
      return writeText(out, path, value);
    case "json":
      return out.text(JSON.stringify(value));
    case "texts": {
      const texts = value as unknown[];
      out.varint(texts.length);
      texts.forEach((text, i) => writeText(out, `${path}[${i}]`, text));
      return;
    }
    case "list": {
      const items = value as unknown[];
      out.varint(items.length);
      items.forEach((item, i) => writeStruct(out, `${path}[${i}]`, field.form!, item));
      return;
    }
    case "object":
      return writeStruct(out, path, field.form!, value);
  }
}

/** Whether the field's bit is set; refuses what is no list or no flag. */
function isThere(path: string, field: Field, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (field.type === "flag") {
    if (typeof value !== "boolean") wrong(path, "must be true or false");
    return value;
  }
  if (field.type === "texts" || field.type === "list") {
    if (!Array.isArray(value)) wrong(path, "must be a list");
    return value.length > 0;
  }
  return true;
}

function writeStruct(out: Writer, path: string, form: Form<object>, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) wrong(path, "must be an object");
  const members = value as Members;
  const inner = (name: string): string => (path ? `${path}.${name}` : name);
  const bits = new Uint8Array(bitBytes(form));
  let known = 0;
  form.fields.forEach((field, i) => {
    if (Object.hasOwn(members, field.name)) known++;
    else return;
    if (isThere(inner(field.name), field, members[field.name])) bits[i >> 3]! |= 1 << (i & 7);
  });
  if (known !== Object.keys(members).length) {
    const names = new Set(form.fields.map((field) => field.name));
    const unknown = Object.keys(members).find((name) => !names.has(name))!;
    throw new FormFault(inner(unknown), "unknown_field", "there is no such field here");
  }
  out.raw(bits);
  form.fields.forEach((field, i) => {
    if (bits[i >> 3]! & (1 << (i & 7))) writeField(out, inner(field.name), field, members[field.name]);
  });
}

/** The bytes of a value. Throws a FormFault when it is not of the form; limits are checked by the reader. */
export function encode<T extends object>(form: Form<T>, value: NoInfer<T>): Uint8Array {
  const out = new Writer();
  writeStruct(out, "", form, value);
  return out.bytes.subarray(0, out.length);
}

// ---- reading ----

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new RangeError("the bytes end too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new RangeError("the bytes end too early");
    return this.bytes[this.at++]!;
  }

  varint(): number {
    let value = 0;
    let byte = this.byte();
    for (let unit = 1; ; unit *= 0x80) {
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
      byte = this.byte();
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError("a number is too large for JavaScript");
    return value;
  }

  number(): number {
    const zigzag = this.varint();
    return zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
  }

  text(): string {
    return decoder.decode(this.take(this.varint()));
  }
}

/** As the API writes it: "1.25", "-3". */
function quantityText(milli: number): string {
  const size = Math.abs(milli);
  const whole = Math.floor(size / 1000);
  const part = String(size % 1000).padStart(3, "0").replace(/0+$/, "");
  return `${milli < 0 ? "-" : ""}${whole}${part ? `.${part}` : ""}`;
}

function idText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function readField(from: Reader, field: Field): unknown {
  switch (field.type) {
    case "flag":
      return true;
    case "number":
      return from.number();
    case "quantity":
      return quantityText(from.number());
    case "time":
      return new Date(from.number()).toISOString();
    case "id":
      return idText(from.take(16));
    case "text":
      return from.text();
    case "json":
      return JSON.parse(from.text());
    case "texts":
      return Array.from({ length: from.varint() }, () => from.text());
    case "list":
      return Array.from({ length: from.varint() }, () => readStruct(from, field.form!));
    case "object":
      return readStruct(from, field.form!);
  }
}

function readStruct(from: Reader, form: Form<object>): Members {
  const bits = from.take(bitBytes(form));
  const value: Members = {};
  form.fields.forEach((field, i) => {
    if (bits[i >> 3]! & (1 << (i & 7))) value[field.name] = readField(from, field);
    else if (field.type === "flag") value[field.name] = false;
    else if (field.type === "texts" || field.type === "list") value[field.name] = [];
  });
  return value;
}

/** The value of bytes that the core has written. */
export function decode<T extends object>(form: Form<T>, bytes: Uint8Array): T {
  const from = new Reader(bytes);
  const value = readStruct(from, form);
  if (from.at !== bytes.length) throw new RangeError("there are bytes behind the end");
  return value as T;
}
