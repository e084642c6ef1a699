// fields.ts — what the adapters read of answers and events, as the libraries have it: compiled, never run.
import type Stripe from 'stripe';

export function stripe(intent: Stripe.PaymentIntent, refund: Stripe.Refund, reader: Stripe.Terminal.Reader,
  dispute: Stripe.Dispute, event: Stripe.Event, error: Stripe.errors.StripeError) {
  const charge = intent.latest_charge as Stripe.Charge, way = charge.payment_method_details!;
  return [intent.object, intent.id, intent.amount, intent.currency, intent.metadata.onetill_key, intent.status satisfies string,
    intent.amount_received, intent.amount_capturable, intent.cancellation_reason, intent.last_payment_error?.decline_code,
    intent.last_payment_error?.code, way.card!.brand, way.card!.last4, way.card!.fingerprint, way.card!.wallet?.type,
    way.card!.capture_before, way.card!.multicapture?.status === 'available', way.card_present!.brand, way.card_present!.last4,
    way.card_present!.fingerprint, way.card_present!.wallet?.type, way.card_present!.capture_before,
    way.card_present!.read_method === 'contact_emv', way.card_present!.read_method === 'contactless_emv',
    way.card_present!.read_method === 'contactless_magstripe_mode', way.card_present!.read_method === 'magnetic_stripe_track2',
    way.card_present!.read_method === 'magnetic_stripe_fallback', refund.status, refund.metadata?.onetill_key, refund.amount,
    refund.failure_reason, refund.payment_intent, reader.action?.status === 'in_progress',
    reader.action?.process_payment_intent?.payment_intent, dispute.object === 'dispute', dispute.payment_intent, dispute.amount,
    dispute.reason, event.account, event.data.object, error.type, error.code, error.decline_code, error.payment_intent];
}

export const statuses: Stripe.PaymentIntent.Status[] = ['succeeded', 'requires_capture', 'canceled', 'requires_payment_method',
  'requires_confirmation'];
export const events: Stripe.WebhookEndpointCreateParams.EnabledEvent[] = ['payment_intent.succeeded',
  'payment_intent.amount_capturable_updated', 'payment_intent.payment_failed', 'payment_intent.canceled',
  'charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated', 'charge.dispute.closed',
  'refund.created', 'refund.failed'];
