// check.mjs — what the adapters sent, held against the services' own libraries. Usage: check.mjs URL FOLDER
// Writes FOLDER/requests.ts, where each request has the library's type (tsc then says whether it fits), and sends some
// of them again through the library: what arrives must be the same.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import Stripe from 'stripe';
import adyen from '@adyen/api-library';
import models from '@adyen/api-library/lib/src/typings/terminal/models.js';

const [url, folder] = process.argv.slice(2);
const control = async (verb) => (await fetch(`${url}/control/${verb}`, { method: 'POST', body: '' })).json();
const asked = await control('requests');
let passed = 0, failed = 0;

async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}\n  ${error.message}`);
  }
}

// --- Stripe: form fields are texts; the library's types have numbers and booleans ---
const types = { create: 'PaymentIntentCreateParams', confirm: 'PaymentIntentConfirmParams', capture: 'PaymentIntentCaptureParams',
  cancel: 'PaymentIntentCancelParams', refund: 'RefundCreateParams', process: 'Terminal.ReaderProcessPaymentIntentParams',
  stop: 'Terminal.ReaderCancelActionParams', update: 'PaymentIntentUpdateParams', customer: 'CustomerCreateParams',
  setup: 'SetupIntentCreateParams' };
const numbers = ['amount', 'amount_to_capture'];
const typed = (params) => Object.fromEntries(Object.entries(params).map(([name, value]) =>
  [name, numbers.includes(name) ? Number(value) : value === 'true' ? true : value === 'false' ? false : value]));

const lines = ["import type Stripe from 'stripe';"];
asked.stripe.forEach((r, i) => lines.push(
  `export const stripe${i} = ${JSON.stringify(typed(r.params))} satisfies Stripe.${types[r.name]};`));
writeFileSync(`${folder}/requests.ts`, lines.join('\n') + '\n');

const { hostname, port } = new URL(url);
const stripe = new Stripe('sk_test_onetill', { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
const first = (name) => asked.stripe.find((r) => r.name === name);
const newest = async () => (await control('requests')).stripe.at(-1);

await check('the version of the API is the library’s', async () => {
  const made = await stripe.paymentIntents.create(typed(first('create').params));
  assert.equal((await newest()).version, first('create').version);
  assert.equal(made.status, 'requires_payment_method');
});
await check('a PaymentIntent is made as the library makes it', async () => {
  assert.deepEqual((await newest()).params, first('create').params);
});
for (const name of ['confirm', 'capture', 'refund', 'process', 'stop'])
  await check(`${name}: the library sends the same`, async () => {
    const params = typed(first(name).params);
    const intent = await stripe.paymentIntents.create(typed(first('create').params));
    const send = { confirm: () => stripe.paymentIntents.confirm(intent.id, params),
      capture: () => stripe.paymentIntents.capture(intent.id, params), refund: () => stripe.refunds.create(params),
      process: () => stripe.terminal.readers.processPaymentIntent('tmr_wait', params),
      stop: () => stripe.terminal.readers.cancelAction('tmr_wait', params) };
    await send[name]().catch((error) => assert.ok(error instanceof Stripe.errors.StripeError));
    assert.deepEqual(await newest(), first(name));
  });

// --- Adyen: each member is one of the library's class, each value of an enum one of its values ---
const checkout = adyen.Types.checkout;
function fits(space, declared, value, path) {
  const type = declared.replace(/ \| null$/, '');
  const list = /^Array<(.*)>$/.exec(type), [name, part] = type.split('.');
  if (list) {
    assert.ok(Array.isArray(value), `${path} is a list`);
    return value.forEach((one, i) => fits(space, list[1], one, `${path}[${i}]`));
  }
  if (['string', 'number', 'boolean'].includes(type)) return assert.equal(typeof value, type, path);
  if (type.startsWith('{') || type === 'any' || type === 'object') return;
  const kind = name === 'PaymentRequestPaymentMethod' ? space.CardDetails : part ? space[name][part] : space[name];
  if (type.startsWith('SaleToAcquirerData') && typeof value === 'string') return; // Base64, as the library makes of it
  if (type.startsWith('PaymentResponseAction')) return;
  assert.ok(kind, `${path}: the library has ${type}`);
  if (!kind.getAttributeTypeMap)
    return assert.ok(Object.values(kind).includes(value) || Object.keys(kind).includes(value), `${path}: ${value} is one of ${type}`);
  for (const [member, inner] of Object.entries(value)) {
    const known = kind.getAttributeTypeMap().find((a) => a.baseName === member);
    assert.ok(known, `${path}.${member} is known to ${type}`);
    fits(space, known.type, inner, `${path}.${member}`);
  }
}
for (const type of new Set(asked.adyen.map((r) => r.type)))
  await check(`Adyen: every ${type} is as the library has it`, () => {
    const own = type.startsWith('Terminal');
    for (const r of asked.adyen.filter((one) => one.type === type)) fits(own ? models : checkout, type, r.body, type);
  });
await check('Adyen: the library reads and writes our terminal messages without a loss', () => {
  for (const r of asked.adyen.filter((one) => one.type === 'TerminalApiRequest')) {
    const read = models.ObjectSerializer.deserialize(r.body, 'TerminalApiRequest');
    const written = JSON.parse(JSON.stringify(models.ObjectSerializer.serialize(read, 'TerminalApiRequest')));
    const plain = (m) => JSON.parse(JSON.stringify(m), (name, v) => (name === 'TimeStamp' ? Date.parse(v) : v));
    if (r.body.SaleToPOIRequest.PaymentRequest?.SaleData.SaleToAcquirerData) continue; // it would be made Base64 once more
    assert.deepEqual(plain(written), plain(r.body));
  }
});

console.log(`check: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
