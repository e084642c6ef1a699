// check.mjs — what the adapters sent, held against the services' own libraries. Usage: check.mjs URL FOLDER
// Writes FOLDER/requests.ts, where each request has the library's type (tsc then says whether it fits), and sends some
// of them again through the library: what arrives must be the same.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import Stripe from 'stripe';

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
  stop: 'Terminal.ReaderCancelActionParams' };
const numbers = ['amount', 'amount_to_capture'];
const typed = (params) => Object.fromEntries(Object.entries(params).map(([name, value]) =>
  [name, numbers.includes(name) ? Number(value) : value === 'true' ? true : value === 'false' ? false : value]));

const lines = ["import type Stripe from 'stripe';", "import type { Types } from '@adyen/api-library';"];
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

console.log(`check: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
