// stripe.mjs — a small Stripe for tests: PaymentIntents, captures in parts, refunds, readers, and its events, signed by
// Stripe's own library. Like Stripe it refuses parameters it does not know, and a key that is used for something else.
import Stripe from 'stripe';
import { createHash } from 'node:crypto';

const lib = new Stripe('sk_test_onetill');
export const webhookSecret = 'whsec_onetill_tests';
export const requests = []; // what was asked, for the check against the library's types

const intents = new Map(), refunds = new Map(), keys = new Map(), readers = new Map();
const customers = [], kept = new Map(); // cards that are kept, and whose they are
let count = 0;
const id = (prefix) => `${prefix}_${String(++count).padStart(14, '0')}`;

const known = {
  create: ['amount', 'currency', 'capture_method', 'allowed_payment_method_types', 'payment_method_options', 'metadata', 'expand'],
  confirm: ['payment_method', 'confirmation_token', 'error_on_requires_action', 'off_session', 'expand'],
  capture: ['amount_to_capture', 'final_capture', 'metadata', 'expand'],
  cancel: ['cancellation_reason'],
  refund: ['payment_intent', 'amount', 'metadata'],
  process: ['payment_intent', 'process_config'],
  stop: [],
  update: ['customer'],
  customer: ['metadata'],
  setup: ['customer', 'payment_method', 'confirm', 'usage', 'allowed_payment_method_types', 'expand'],
};

// a[b][c]=d, a[0]=d
export function parseForm(text) {
  const out = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.replaceAll(']', '').split('[');
    let at = out;
    for (let i = 0; i + 1 < path.length; i++) at = at[path[i]] ??= /^\d+$/.test(path[i + 1]) ? [] : {};
    at[path.at(-1)] = value;
  }
  return out;
}

const error = (status, type, code, more = {}) => ({ status, body: { error: { type, code, message: code, ...more } } });
const invalid = (code) => error(400, 'invalid_request_error', code);

const cards = {
  pm_card_visa: { brand: 'visa', last4: '4242', fingerprint: 'fp_visa' },
  pm_apple_pay: { brand: 'mastercard', last4: '4444', fingerprint: 'fp_mc', wallet: { type: 'apple_pay' } },
  pm_card_no_multicapture: { brand: 'jcb', last4: '0505', fingerprint: 'fp_jcb', single: true },
};

function charge(intent, card) {
  const { single, ...shown } = card;
  intent.latest_charge = {
    id: id('ch'), object: 'charge', amount: intent.amount, payment_intent: intent.id,
    payment_method_details: card.read_method
      ? { type: 'card_present', card_present: { ...shown, capture_before: Math.floor(Date.now() / 1000) + 2 * 86400 } }
      : { type: 'card', card: { ...shown, wallet: card.wallet ?? null, capture_before: Math.floor(Date.now() / 1000) + 7 * 86400,
          multicapture: { status: single || !intent.multicapture ? 'unavailable' : 'available' } } },
  };
  if (intent.capture_method === 'manual') {
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
  } else {
    intent.status = 'succeeded';
    intent.amount_received = intent.amount;
  }
}

function decline(intent, reason) {
  intent.status = 'requires_payment_method';
  intent.last_payment_error = { type: 'card_error', code: 'card_declined', decline_code: reason, message: reason };
}

const shown = (intent) => {
  const { multicapture, refunded, ...rest } = intent;
  return rest;
};

function create(p) {
  const intent = {
    id: id('pi'), object: 'payment_intent', amount: Number(p.amount), amount_capturable: 0, amount_received: 0,
    currency: p.currency, capture_method: p.capture_method ?? 'automatic', status: 'requires_payment_method',
    allowed_payment_method_types: p.allowed_payment_method_types ?? null, metadata: p.metadata ?? {}, last_payment_error: null,
    latest_charge: null, cancellation_reason: null, created: Math.floor(Date.now() / 1000), livemode: false,
    multicapture: p.payment_method_options?.card?.request_multicapture === 'if_available', refunded: 0,
  };
  if (!(intent.amount > 0) || !/^[a-z]{3}$/.test(intent.currency)) return invalid('parameter_invalid_integer');
  intents.set(intent.id, intent);
  return { status: 200, body: shown(intent) };
}

function confirm(intent, p) {
  if (intent.status === 'canceled') return invalid('payment_intent_unexpected_state');
  const token = p.payment_method ?? p.confirmation_token ?? '';
  const reason = /^pm_declined_(.+)$/.exec(token)?.[1];
  if (!reason && !cards[token]) return invalid('resource_missing');
  if (kept.has(token) !== (kept.get(token) === (intent.customer ?? 0))) return invalid('payment_method_customer_mismatch');
  if (reason) {
    decline(intent, reason);
    return error(402, 'card_error', 'card_declined', { decline_code: reason, payment_intent: shown(intent) });
  }
  charge(intent, cards[token]);
  return { status: 200, body: shown(intent) };
}

function capture(intent, p) {
  const amount = Number(p.amount_to_capture ?? intent.amount_capturable), more = p.final_capture === 'false';
  const can = intent.latest_charge?.payment_method_details?.card?.multicapture?.status === 'available';
  if (intent.status !== 'requires_capture') return invalid('payment_intent_unexpected_state');
  if (more && !can) return invalid('capture_unsupported');
  if (!(amount > 0) || amount > intent.amount_capturable) return invalid('amount_too_large');
  intent.amount_received += amount;
  intent.amount_capturable = more ? intent.amount_capturable - amount : 0;
  if (!intent.amount_capturable) intent.status = 'succeeded';
  Object.assign(intent.metadata, p.metadata);
  return { status: 200, body: shown(intent) };
}

function cancel(intent) {
  if (['succeeded', 'canceled'].includes(intent.status)) return invalid('payment_intent_unexpected_state');
  intent.amount_capturable = 0;
  intent.status = intent.amount_received ? 'succeeded' : 'canceled';
  if (intent.status === 'canceled') intent.cancellation_reason = 'requested_by_customer';
  return { status: 200, body: shown(intent) };
}

function refund(p) {
  const intent = intents.get(p.payment_intent);
  if (!intent) return invalid('resource_missing');
  const amount = Number(p.amount ?? intent.amount_received - intent.refunded);
  if (amount <= 0) return invalid('charge_already_refunded');
  if (amount > intent.amount_received - intent.refunded) return invalid('amount_too_large');
  intent.refunded += amount;
  const made = { id: id('re'), object: 'refund', amount, currency: intent.currency, payment_intent: intent.id,
    status: 'succeeded', metadata: p.metadata ?? {}, reason: null };
  refunds.set(made.id, made);
  return { status: 200, body: made };
}

// A reader: tmr_visa reads a card at once, tmr_wait only when somebody does, tmr_busy is in use.
function processAt(reader, p) {
  const intent = intents.get(p.payment_intent);
  if (!intent) return invalid('resource_missing');
  if (reader === 'tmr_busy') return invalid('terminal_reader_busy');
  const state = { id: reader, object: 'terminal.reader', status: 'online',
    action: { type: 'process_payment_intent', status: 'in_progress', process_payment_intent: { payment_intent: intent.id } } };
  readers.set(reader, state);
  if (reader === 'tmr_visa')
    setTimeout(() => {
      charge(intent, { brand: 'visa', last4: '1111', fingerprint: 'fp_present', read_method: 'contactless_emv',
        wallet: { type: 'google_pay' } });
      state.action.status = 'succeeded';
    }, 300);
  if (reader === 'tmr_declined')
    setTimeout(() => {
      decline(intent, 'insufficient_funds');
      state.action.status = 'failed';
    }, 300);
  return { status: 200, body: structuredClone(state) };
}

// Each route with the name of its parameters.
function route(method, path, query, params) {
  let m;
  if (method === 'POST' && path === '/v1/payment_intents') return ['create', () => create(params)];
  if (method === 'GET' && path === '/v1/payment_intents/search') {
    const key = /metadata\["onetill_key"\]:"(.*)"/.exec(query.get('query'))?.[1];
    const data = [...intents.values()].filter((i) => i.metadata.onetill_key === key).map(shown);
    return [null, () => ({ status: 200, body: { object: 'search_result', data, has_more: false } })];
  }
  if ((m = /^\/v1\/payment_intents\/(\w+)(?:\/(\w+))?$/.exec(path))) {
    const intent = intents.get(m[1]);
    if (!intent) return [null, () => error(404, 'invalid_request_error', 'resource_missing')];
    if (method === 'GET') return [null, () => ({ status: 200, body: shown(intent) })];
    if (!m[2]) return ['update', () => {
      intent.customer = params.customer;
      return { status: 200, body: shown(intent) };
    }];
    const verbs = { confirm, capture, cancel };
    if (verbs[m[2]]) return [m[2], () => verbs[m[2]](intent, params)];
  }
  if (path === '/v1/customers/search') {
    const key = /metadata\["onetill_customer"\]:"(.*)"/.exec(query.get('query'))?.[1];
    return [null, () => ({ status: 200, body: { object: 'search_result', data: customers.filter((c) => c.metadata.onetill_customer === key) } })];
  }
  if (method === 'POST' && path === '/v1/customers') return ['customer', () => {
    customers.push({ id: id('cus'), object: 'customer', metadata: params.metadata });
    return { status: 200, body: customers.at(-1) };
  }];
  if (method === 'POST' && path === '/v1/setup_intents') return ['setup', () => {
    const card = cards[params.payment_method];
    if (!card) return invalid('resource_missing');
    const pm = id('pm');
    cards[pm] = card;
    kept.set(pm, params.customer);
    return { status: 200, body: { id: id('seti'), object: 'setup_intent', status: 'succeeded', payment_method: { id: pm, card } } };
  }];
  if (method === 'POST' && path === '/v1/refunds') return ['refund', () => refund(params)];
  if (method === 'GET' && path === '/v1/refunds')
    return [null, () => ({ status: 200, body: { object: 'list', has_more: false,
      data: [...refunds.values()].filter((r) => r.payment_intent === query.get('payment_intent')) } })];
  if ((m = /^\/v1\/terminal\/readers\/(\w+)(?:\/(\w+))?$/.exec(path))) {
    if (method === 'GET') return [null, () => ({ status: 200, body: readers.get(m[1]) ?? { id: m[1], object: 'terminal.reader', action: null } })];
    if (m[2] === 'process_payment_intent') return ['process', () => processAt(m[1], params)];
    if (m[2] === 'cancel_action') return ['stop', () => {
      readers.delete(m[1]);
      return { status: 200, body: { id: m[1], object: 'terminal.reader', action: null } };
    }];
  }
  return [null, () => error(404, 'invalid_request_error', 'url_unknown')];
}

// One request; `lost`: it takes effect and is not answered.
export function answer(method, url, headers, text) {
  if (headers.authorization !== 'Bearer sk_test_onetill') return error(401, 'invalid_request_error', 'api_key_invalid');
  if (!/^\d{4}-\d\d-\d\d\.\w+$/.test(headers['stripe-version'] ?? '')) return invalid('version_missing');
  const params = parseForm(text), key = headers['idempotency-key'];
  const print = createHash('sha256').update(`${method} ${url.pathname} ${text}`).digest('hex');
  const [name, run] = route(method, url.pathname, url.searchParams, params);
  if (name) {
    const extra = Object.keys(params).find((p) => !known[name].includes(p));
    if (extra) return error(400, 'invalid_request_error', 'parameter_unknown', { param: extra });
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') return invalid('content_type');
    requests.push({ name, params, version: headers['stripe-version'] });
  }
  const before = key && keys.get(key);
  if (before && before.print !== print) return error(400, 'idempotency_error', 'idempotency_key_in_use');
  if (before) return before.answer;
  const made = structuredClone(run());
  if (key) keys.set(key, { print, answer: made });
  return made;
}

// An event about the newest intent, refund or a dispute of it, as Stripe would send it, with its signature.
export function event(type, timestamp) {
  const intent = [...intents.values()].at(-1), made = [...refunds.values()].at(-1);
  const object = type.startsWith('charge.dispute')
    ? { id: id('dp'), object: 'dispute', amount: intent.amount, currency: intent.currency, payment_intent: intent.id,
        charge: intent.latest_charge.id, reason: 'fraudulent', status: 'needs_response', metadata: {} }
    : type.startsWith('refund') ? made : shown(intent);
  const payload = JSON.stringify({ id: id('evt'), object: 'event', type, livemode: false, data: { object } });
  return { payload, signature: lib.webhooks.generateTestHeaderString({ payload, secret: webhookSecret, timestamp }) };
}

export const book = () => [...intents.values()].map((i) => ({ key: i.metadata.onetill_key, status: i.status, amount: i.amount,
  captured: i.amount_received, refunded: i.refunded }));

// Somebody holds a card to the reader that waits.
export function present(reader) {
  const intent = intents.get(readers.get(reader)?.action.process_payment_intent.payment_intent);
  charge(intent, { brand: 'amex', last4: '0005', fingerprint: 'fp_wait', read_method: 'contact_emv' });
  readers.get(reader).action.status = 'succeeded';
}
