// adyen.mjs — a small Adyen for tests: Checkout, whose modifications are only "received", and terminals by the cloud
// (/sync) and directly (/nexo), there protected by Adyen's own NexoCrypto; notifications signed by Adyen's HmacValidator.
import adyen from '@adyen/api-library';
import nexo from '@adyen/api-library/lib/src/security/nexoCrypto.js';

const NexoCrypto = nexo.default, hmac = new adyen.hmacValidator();
export const hmacKey = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
const securityKey = { KeyIdentifier: 'onetill-tests', KeyVersion: 2, Passphrase: 'a passphrase for tests', AdyenCryptoVersion: 1 };
const account = 'OnetillTests';
export const requests = []; // {type, body}: what was asked and answered, held against the library by check.mjs
const payments = new Map(), keys = new Map(), messages = new Map(), waiting = [];
let count = 0;
const reference = () => `PSP${String(++count).padStart(13, '0')}`;

const refuse = (status, errorCode, message) => ({ status, body: { status, errorCode, message, errorType: status === 401 ? 'security' : 'validation' } });

// What a webhook will tell, in the order it happens; told by /control/event.
function later(eventCode, payment, about, value, success = true, reason = '', original = payment.pspReference) {
  waiting.push({ additionalData: {}, amount: { value, currency: payment.currency }, eventCode, eventDate: '2026-11-25T12:00:00+01:00',
    merchantAccountCode: account, merchantReference: about, originalReference: eventCode === 'AUTHORISATION' ? undefined : original,
    pspReference: eventCode === 'AUTHORISATION' ? payment.pspReference : reference(), paymentMethod: payment.brand, reason,
    success: String(success) });
}

const open = (about, amount, manual, brand) => ({ pspReference: reference(), reference: about, amount: amount.value,
  currency: amount.currency, manual, captured: manual ? 0 : amount.value, refunded: 0, state: 'authorised', brand });

function pay(body) {
  if (body.merchantAccount !== account) return refuse(403, '901', 'Invalid Merchant Account');
  const method = body.paymentMethod, number = method.encryptedCardNumber ?? method.storedPaymentMethodId ?? '';
  if (method.type !== 'scheme' || !number) return refuse(422, '14_006', 'Required object paymentMethod is not provided.');
  if (method.storedPaymentMethodId && !body.shopperReference) return refuse(422, '14_012', 'shopperReference');
  if (number.endsWith('3ds')) return { status: 200, body: { resultCode: 'RedirectShopper', merchantReference: body.reference,
    action: { type: 'redirect', method: 'GET', paymentMethodType: 'scheme', url: 'https://test.adyen.com/' } } };
  const payment = open(body.reference, body.amount, body.additionalData?.manualCapture === 'true', 'visa');
  const no = number.endsWith('refused');
  if (no) Object.assign(payment, { state: 'refused', captured: 0 });
  payments.set(body.reference, payment);
  later('AUTHORISATION', payment, body.reference, body.amount.value, !no, no ? 'Not enough balance' : '');
  if (no) return { status: 200, body: { pspReference: payment.pspReference, resultCode: 'Refused', refusalReason: 'Not enough balance',
    refusalReasonCode: '5', merchantReference: body.reference } };
  return { status: 200, body: { pspReference: payment.pspReference, resultCode: 'Authorised', merchantReference: body.reference,
    amount: body.amount, paymentMethod: { type: 'scheme', brand: 'visa' },
    additionalData: { cardSummary: '1111', alias: 'H167852639363479', paymentMethodVariant: 'visa_applepay',
      ...(body.storePaymentMethod ? { 'tokenization.storedPaymentMethodId': 'M5N7TQ4TG5PFWR50' } : {}) } } };
}

// Cancels what is held, gives back what was taken.
function undo(payment) {
  const was = payment.state;
  if (was !== 'authorised') return false;
  payment.state = 'cancelled';
  payment.refunded = payment.captured;
  return true;
}

function modify(psp, verb, body) {
  const payment = [...payments.values()].find((p) => p.pspReference === psp);
  if (!payment || body.merchantAccount !== account) return refuse(422, '167', 'Original pspReference required for this operation');
  const value = body.amount?.value ?? payment.amount;
  if (verb === 'captures') {
    const ok = payment.state === 'authorised' && payment.manual && payment.captured + value <= payment.amount;
    if (ok) payment.captured += value;
    later('CAPTURE', payment, body.reference, value, ok, ok ? '' : 'Insufficient balance on payment');
  } else if (verb === 'refunds') {
    const ok = payment.refunded + value <= payment.captured;
    if (ok) payment.refunded += value;
    later('REFUND', payment, body.reference, value, ok, ok ? '' : 'Insufficient balance on payment');
  } else if (verb === 'cancels') {
    const ok = payment.state === 'authorised' && payment.manual;
    if (ok) payment.state = payment.captured ? 'part' : 'cancelled';
    later('CANCELLATION', payment, body.reference, payment.amount, ok);
  } else {
    later('CANCEL_OR_REFUND', payment, body.reference, payment.amount, undo(payment));
  }
  return { status: 201, body: { merchantAccount: account, paymentPspReference: psp, pspReference: reference(), reference: body.reference,
    status: 'received', ...(body.amount ? { amount: body.amount } : {}) } };
}

function cancelByKey(body) {
  const payment = payments.get(body.paymentReference) ?? { pspReference: '', currency: 'GBP', amount: 0, state: 'none' };
  later('TECHNICAL_CANCEL', payment, body.reference, payment.amount, undo(payment), 'Transaction not found');
  return { status: 201, body: { merchantAccount: account, paymentReference: body.paymentReference, pspReference: reference(),
    reference: body.reference, status: 'received' } };
}

const types = { '/payments': 'PaymentRequest', captures: 'PaymentCaptureRequest', refunds: 'PaymentRefundRequest',
  cancels: 'PaymentCancelRequest', reversals: 'PaymentReversalRequest', '/cancels': 'StandalonePaymentCancelRequest' };

function checkout(path, headers, text) {
  if (headers['x-api-key'] !== 'adyen_test_key') return refuse(401, '000', 'HTTP Status Response - Unauthorized');
  const body = JSON.parse(text), key = headers['idempotency-key'], before = keys.get(key);
  if (!key) return refuse(422, '100', 'no key');
  if (before) return before.text === text ? before.answer : refuse(422, '702', 'key reused');
  const m = /^\/payments\/(\w+)\/(\w+)$/.exec(path);
  requests.push({ type: types[m ? m[2] : path], body });
  const answer = m ? modify(m[1], m[2], body) : path === '/payments' ? pay(body) : path === '/cancels' ? cancelByKey(body)
    : refuse(404, '000', 'not found');
  const said = answer.status >= 400 ? 'ServiceError' : types[m ? m[2] : path].replace('Request', 'Response');
  requests.push({ type: said, body: structuredClone(answer.body) });
  keys.set(key, { text, answer: structuredClone(answer) });
  return answer;
}

// --- terminals: T-visa reads a card, T-refused a bad one, T-busy is in use, T-slow answers nothing but has paid,
// T-wait waits, T-dead knows nothing ---
const success = { Result: 'Success', AdditionalResponse: 'tid=1&paymentMethodVariant=mc_googlepay&pspReference=X' };
const failure = (ErrorCondition) => ({ Result: 'Failure', ErrorCondition, AdditionalResponse: 'message=no' });

function paymentResponse(request, poi) {
  const sale = request.SaleData, key = sale.SaleTransactionID.TransactionID, amounts = request.PaymentTransaction.AmountsReq;
  const POITransactionID = { TransactionID: '', TimeStamp: '2026-11-25T12:00:01.000Z' };
  const base = { SaleData: { SaleTransactionID: sale.SaleTransactionID }, POIData: { POITransactionID } };
  if (poi === 'T-refused') return { ...base, Response: failure('Refusal') };
  if (poi === 'T-busy') return { ...base, Response: failure('Busy') };
  const manual = sale.SaleToAcquirerData && JSON.parse(Buffer.from(sale.SaleToAcquirerData, 'base64')).additionalData.manualCapture === 'true';
  const value = Math.round(amounts.RequestedAmount * 100);
  const payment = open(key, { value, currency: amounts.Currency }, manual, 'mc');
  payments.set(key, payment);
  later('AUTHORISATION', payment, key, value);
  POITransactionID.TransactionID = `${'BV0q001700000000'}.${payment.pspReference}`;
  return { ...base, Response: success, PaymentResult: { OnlineFlag: true,
    AmountsResp: { AuthorizedAmount: amounts.RequestedAmount, Currency: amounts.Currency },
    PaymentInstrumentData: { PaymentInstrumentType: 'Card', CardData: { EntryMode: ['Contactless'], MaskedPan: '541333 **** 9999',
      PaymentBrand: 'mc', PaymentToken: { TokenRequestedType: 'Customer', TokenValue: 'M469509594859802' } } } } };
}

function status(request) {
  const about = messages.get(request.MessageReference.ServiceID);
  if (!about) return { Response: failure('NotFound') };
  if (!about.response) return { Response: failure('InProgress') };
  return { Response: { Result: 'Success' }, MessageReference: request.MessageReference, RepeatedMessageResponse: {
    MessageHeader: about.header, RepeatedResponseMessageBody: { PaymentResponse: about.response } } };
}

function reversal(request) {
  const psp = request.OriginalPOITransaction.POITransactionID.TransactionID.split('.')[1];
  const payment = [...payments.values()].find((p) => p.pspReference === psp);
  const ok = payment && undo(payment);
  if (ok) later('CANCEL_OR_REFUND', payment, payment.reference, payment.amount);
  return { Response: ok ? { Result: 'Success' } : failure('NotAllowed') };
}

// One message; undefined: no answer.
function terminal(message) {
  requests.push({ type: 'TerminalApiRequest', body: message });
  const request = message.SaleToPOIRequest, head = request.MessageHeader, poi = head.POIID;
  const header = { ...head, MessageType: 'Response' };
  const answer = (name, body) => {
    const made = { SaleToPOIResponse: { MessageHeader: header, [`${name}Response`]: body } };
    requests.push({ type: 'TerminalApiResponse', body: structuredClone(made) });
    return made;
  };
  if (poi === 'T-dead') return head.MessageCategory === 'TransactionStatus' ? answer('TransactionStatus', { Response: failure('NotFound') }) : undefined;
  if (head.MessageCategory === 'Payment') {
    if (messages.has(head.ServiceID)) return answer('Payment', { ...messages.get(head.ServiceID).response, Response: failure('MessageFormat') });
    messages.set(head.ServiceID, { header, response: undefined });
    if (poi === 'T-wait') return undefined;
    messages.get(head.ServiceID).response = paymentResponse(request.PaymentRequest, poi);
    return poi === 'T-slow' ? undefined : answer('Payment', messages.get(head.ServiceID).response);
  }
  if (head.MessageCategory === 'TransactionStatus') return answer('TransactionStatus', status(request.TransactionStatusRequest));
  if (head.MessageCategory === 'Reversal') return answer('Reversal', reversal(request.ReversalRequest));
  if (head.MessageCategory === 'Abort') {
    const about = messages.get(request.AbortRequest.MessageReference.ServiceID);
    if (about && !about.response) about.response = { Response: failure('Aborted'), SaleData: {}, POIData: {} };
    return undefined;
  }
  return undefined;
}

function directly(text) {
  const secured = JSON.parse(text).SaleToPOIRequest;
  const made = terminal(JSON.parse(new NexoCrypto().decrypt(secured, securityKey)));
  if (!made) return undefined;
  const sealed = NexoCrypto.encrypt(made.SaleToPOIResponse.MessageHeader, JSON.stringify(made), securityKey);
  return { status: 200, body: { SaleToPOIResponse: sealed } };
}

export function answer(path, headers, text) {
  if (path === '/nexo') return directly(text);
  if (path !== '/sync') return checkout(path, headers, text);
  if (headers['x-api-key'] !== 'adyen_test_key') return refuse(401, '000', 'Unauthorized');
  const made = terminal(JSON.parse(text));
  return made && { status: 200, body: made };
}

// What waits to be told, signed: `order` as it happened, reversed, or twice; or one that is forged. With `type`, the
// newest payment (or capture) has that happen to it.
export function event(order, type, what) {
  const last = [...payments.values()].at(-1), part = requests.findLast((r) => r.type === 'PaymentCaptureRequest')?.body;
  if (type) later(type, last, what ? part.reference : last.reference, what ? part.amount.value : last.amount, true, 'Fraud');
  let items = waiting.splice(0);
  if (order === 'reversed') items.reverse();
  if (order === 'twice') items = [...items, ...items];
  for (const item of items) item.additionalData.hmacSignature = hmac.calculateHmac(item, hmacKey);
  if (order === 'forged') items = items.map((item) => ({ ...item, amount: { ...item.amount, value: item.amount.value + 1 } }));
  if (order === 'lost') items = [];
  return { payload: JSON.stringify({ live: 'false', notificationItems: items.map((i) => ({ NotificationRequestItem: i })) }), signature: '' };
}

export const book = () => [...payments.values()].map((p) => ({ key: p.reference, status: p.state, amount: p.amount, captured: p.captured,
  refunded: p.refunded }));
export const present = (poi) => {
  const [id, about] = [...messages].find(([, m]) => m.header.POIID === poi && !m.response);
  const request = requests.find((r) => r.body.SaleToPOIRequest?.MessageHeader.ServiceID === id).body.SaleToPOIRequest;
  about.response = paymentResponse(request.PaymentRequest, 'T-visa');
};
