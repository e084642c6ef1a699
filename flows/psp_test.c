/* psp_test.c — the adapter against the simulator as a process of its own: what is approved, declined,
 * unknown, and what the service's book says of it in the end. */
#include "flows/psp.h"

#include "tests/kit.h"
#include "tests/simulator.h"

#include <string.h>

static Simulator simulator;
static Env       env;

/* The simulator, as `serve --psp` names it. */
static const PaymentService *at(void)
{
    static PaymentService service;
    service = (PaymentService){
        .adapter = &payment_simulator, .env = &env, .url = env.psp_url, .timeout_ms = env.psp_timeout_ms
    };
    return &service;
}

static PspOutcome psp_ask(Id key, PspAnswer *out)
{
    return payment_ask(at(), &(PspCharge){ .key = key }, out);
}

static PspOutcome psp_reverse(Id key, PspAnswer *out)
{
    return payment_reverse(at(), &(PspCharge){ .key = key }, out);
}

static PspOutcome psp_void(Id key, PspAnswer *out)
{
    return payment_give_up(at(), &(PspCharge){ .key = key }, out);
}

static PspOutcome psp_refund(Id key, Id whole, int64_t amount, PspAnswer *out)
{
    return payment_refund(at(), &(PspCharge){ .key = whole }, &(PspPart){ .key = key, .amount = amount },
                          out);
}

static PspOutcome psp_capture(Id key, Id whole, int64_t amount, PspAnswer *out)
{
    return payment_capture(at(), &(PspCharge){ .key = whole }, &(PspPart){ .key = key, .amount = amount },
                           out);
}

static PspOutcome charge(Id *key, int64_t amount, const char *token, PspAnswer *out)
{
    if (id_is_none(*key)) *key = env_new_id(&env);
    PspCharge ask = { .key = *key, .amount = amount, .currency = STR("GBP"), .token = str_from(token) };
    return payment_charge_it(at(), &ask, out);
}

static SimulatorCharge truth(Id key)
{
    char            text[ID_TEXT_LEN + 1] = "";
    SimulatorCharge out;
    id_format(key, text);
    check(simulator_look(&simulator, text, &out), "the book can be read");
    return out;
}

static bool state_is(Id key, const char *state)
{
    return strcmp(truth(key).state, state) == 0;
}

static void test_cards(void)
{
    static const struct {
        const char *token, *brand, *last4;
    } cards[] = { { "tok_visa", "visa", "4242" },
                  { "tok_mastercard", "mastercard", "4444" },
                  { "tok_amex", "amex", "0005" } };
    PspAnswer answer, again;
    for (size_t i = 0; i < COUNT(cards); i++) {
        Id key = { { 0 } };
        check(charge(&key, 1250, cards[i].token, &answer) == PSP_APPROVED, "a good card is approved");
        check(strcmp(answer.brand, cards[i].brand) == 0 && strcmp(answer.last4, cards[i].last4) == 0,
              "the answer names brand and last four digits");
        check(charge(&key, 1250, cards[i].token, &again) == PSP_APPROVED
                  && strcmp(again.reference, answer.reference) == 0,
              "the same key again gives the same charge");
        check(truth(key).captured == 1250, "and has charged once");
        check(charge(&key, 1251, cards[i].token, &again) == PSP_UNKNOWN,
              "the same key for another amount is no answer");
        check(psp_ask(key, &again) == PSP_APPROVED && strcmp(again.reference, answer.reference) == 0,
              "asking by the key gives the charge");
    }
}

static void test_declines(void)
{
    static const struct {
        const char *token, *reason;
    } cards[] = { { "tok_declined_insufficient_funds", "insufficient_funds" },
                  { "tok_declined_stolen", "stolen" },
                  { "tok_nobody", "invalid_token" },
                  { "visa", "invalid_token" },
                  { "tok_slow_x", "invalid_token" } };
    PspAnswer answer;
    for (size_t i = 0; i < COUNT(cards); i++) {
        Id key = { { 0 } };
        check(charge(&key, 700, cards[i].token, &answer) == PSP_DECLINED
                  && strcmp(answer.reason, cards[i].reason) == 0,
              "a bad card is declined with its reason");
        check(psp_ask(key, &answer) == PSP_DECLINED && strcmp(answer.reason, cards[i].reason) == 0,
              "asking later gives the same decline");
        check(psp_reverse(key, &answer) == PSP_APPROVED && truth(key).captured == 0,
              "reversing a decline is no fault and moves no money");
    }
}

static void test_unknown(void)
{
    static const char *const charged[] = { "tok_timeout_approved", "tok_500_approved", "tok_garbage",
                                           "tok_wrong_amount" };
    static const char *const lost[]    = { "tok_timeout_lost", "tok_500_lost" };
    PspAnswer                answer;
    for (size_t i = 0; i < COUNT(charged); i++) {
        Id key             = { { 0 } };
        env.psp_timeout_ms = 1000;
        check(charge(&key, 900, charged[i], &answer) == PSP_UNKNOWN,
              "an answer that cannot be trusted is unknown");
        env.psp_timeout_ms = 0;
        check(psp_ask(key, &answer) == PSP_APPROVED, "asking by the key tells that it was charged");
        check(charge(&key, 900, charged[i], &answer) == PSP_APPROVED,
              "sending it again gives that charge");
        check(truth(key).captured == 900, "and has charged once");
    }
    for (size_t i = 0; i < COUNT(lost); i++) {
        Id key             = { { 0 } };
        env.psp_timeout_ms = 1000;
        check(charge(&key, 900, lost[i], &answer) == PSP_UNKNOWN, "a call that was lost is unknown");
        env.psp_timeout_ms = 0;
        check(psp_ask(key, &answer) == PSP_NOT_FOUND, "asking by the key tells that it never came");
        check(psp_reverse(key, &answer) == PSP_APPROVED, "a key that never came can be reversed");
        check(charge(&key, 900, "tok_visa", &answer) == PSP_DECLINED
                  && strcmp(answer.reason, "reversed") == 0,
              "and then a late charge with it is declined");
        check(truth(key).captured == 0, "and nothing is charged");
    }
}

static void test_slow(void)
{
    PspAnswer answer;
    Id        waited = { { 0 } }, key = { { 0 } };
    check(charge(&waited, 500, "tok_slow_700", &answer) == PSP_APPROVED, "a slow card is waited for");
    env.psp_timeout_ms = 600;
    check(charge(&key, 500, "tok_slow_2500", &answer) == PSP_UNKNOWN,
          "a card slower than our patience is unknown");
    check(psp_ask(key, &answer) == PSP_UNKNOWN, "and still unknown while it is under way");
    env.psp_timeout_ms = 0;
    check(psp_reverse(key, &answer) == PSP_APPROVED, "it can be reversed while it is under way");
    check(charge(&waited, 500, "tok_slow_700", &answer) == PSP_APPROVED, "other calls are not blocked");
    Id later = { { 0 } };
    check(charge(&later, 500, "tok_slow_3000", &answer) == PSP_APPROVED,
          "a later slow card ends after it");
    check(state_is(key, "reversed") && truth(key).captured == 0,
          "what was reversed under way did not charge");
    check(psp_ask(key, &answer) == PSP_DECLINED, "asking for it gives a definite no");
}

static void test_reverse(void)
{
    PspAnswer answer;
    Id        key = { { 0 } };
    check(charge(&key, 4000, "tok_visa", &answer) == PSP_APPROVED, "a charge to be reversed");
    check(simulator_script(&simulator, "\"500_lost\",\"500_approved\""), "the next two calls fail");
    check(psp_reverse(key, &answer) == PSP_UNKNOWN && state_is(key, "captured"),
          "a lost reversal is unknown");
    check(psp_reverse(key, &answer) == PSP_UNKNOWN && state_is(key, "reversed"),
          "a reversal whose answer is lost is unknown too");
    check(psp_reverse(key, &answer) == PSP_APPROVED, "once more gives the answer");
    check(charge(&key, 4000, "tok_visa", &answer) == PSP_DECLINED, "the key never charges again");
    check(truth(key).captured == 0, "and the money is back");
}

static void test_refund(void)
{
    PspAnswer answer, again;
    Id key = { { 0 } }, first = env_new_id(&env), second = env_new_id(&env), third = env_new_id(&env);
    check(charge(&key, 1000, "tok_visa", &answer) == PSP_APPROVED, "a charge to be refunded");
    check(psp_refund(first, key, 600, &answer) == PSP_APPROVED, "part of it is given back");
    check(psp_refund(first, key, 600, &again) == PSP_APPROVED
              && strcmp(answer.reference, again.reference) == 0,
          "the same refund twice is one refund");
    check(truth(key).refunded == 600, "and the money is given back once");
    check(psp_refund(first, key, 100, &again) == PSP_UNKNOWN,
          "the same key for another amount is no answer");
    check(psp_refund(second, key, 401, &answer) == PSP_DECLINED
              && strcmp(answer.reason, "more_than_captured") == 0,
          "more than is left is declined");
    check(psp_refund(third, key, 400, &answer) == PSP_APPROVED && truth(key).refunded == 1000,
          "all that is left can be given back");
    check(psp_refund(second, key, 1, &answer) == PSP_DECLINED, "and then nothing more");
    check(psp_refund(second, env_new_id(&env), 1, &answer) == PSP_DECLINED
              && strcmp(answer.reason, "charge_unknown") == 0,
          "a charge that never was cannot be refunded");
    Id other = { { 0 } };
    check(charge(&other, 50, "tok_amex", &answer) == PSP_APPROVED
              && psp_reverse(other, &answer) == PSP_APPROVED
              && psp_refund(second, other, 50, &answer) == PSP_DECLINED,
          "a reversed charge cannot be refunded");
}

static PspOutcome hold(Id *key, int64_t amount, const char *token, PspAnswer *out)
{
    *key          = env_new_id(&env);
    PspCharge ask = {
        .key = *key, .amount = amount, .currency = STR("GBP"), .token = str_from(token), .hold = true
    };
    return payment_charge_it(at(), &ask, out);
}

static void test_hold(void)
{
    PspAnswer answer, again;
    Id        key, first = env_new_id(&env), second = env_new_id(&env), third = env_new_id(&env);
    check(hold(&key, 1000, "tok_visa", &answer) == PSP_APPROVED && answer.held && answer.expires_in_ms > 0,
          "an amount is held, for some time");
    check(state_is(key, "authorised") && truth(key).captured == 0, "and nothing is captured");
    check(psp_ask(key, &answer) == PSP_APPROVED && answer.held, "asking by the key tells so");
    check(psp_refund(third, key, 1, &answer) == PSP_DECLINED, "what was not captured is not given back");
    check(psp_capture(first, key, 300, &answer) == PSP_APPROVED, "part of it is captured");
    check(psp_capture(first, key, 300, &again) == PSP_APPROVED
              && strcmp(answer.reference, again.reference) == 0 && truth(key).captured == 300,
          "the same capture twice is one capture");
    check(psp_capture(first, key, 301, &again) == PSP_UNKNOWN,
          "the same key for another amount is no answer");
    check(psp_capture(second, key, 701, &answer) == PSP_DECLINED
              && strcmp(answer.reason, "more_than_authorised") == 0,
          "more than is held is declined");
    check(simulator_script(&simulator, "\"500_approved\""), "the next answer is lost");
    check(psp_capture(second, key, 200, &answer) == PSP_UNKNOWN, "an answer that is lost is unknown");
    check(psp_capture(second, key, 200, &answer) == PSP_APPROVED && truth(key).captured == 500,
          "the same key again gives that capture, not another one");
    check(simulator_script(&simulator, "\"declined_stolen\""), "the next is declined");
    check(psp_capture(third, key, 100, &answer) == PSP_DECLINED && truth(key).captured == 500,
          "a capture can be declined");
    check(psp_refund(env_new_id(&env), key, 400, &answer) == PSP_APPROVED, "captured money goes back");
    check(psp_void(key, &answer) == PSP_APPROVED && answer.captured == 500, "the rest is given up");
    check(psp_void(key, &answer) == PSP_APPROVED && state_is(key, "captured"), "twice is no fault");
    check(psp_capture(env_new_id(&env), key, 1, &answer) == PSP_DECLINED, "then nothing more is taken");
    check(hold(&key, 500, "tok_amex", &answer) == PSP_APPROVED
              && psp_capture(env_new_id(&env), key, 500, &answer) == PSP_APPROVED
              && state_is(key, "captured"),
          "all of it can be captured");
    check(hold(&key, 500, "tok_visa", &answer) == PSP_APPROVED && psp_void(key, &answer) == PSP_APPROVED
              && answer.captured == 0 && state_is(key, "reversed"),
          "what is given up before anything is captured is free again");
    check(hold(&key, 500, "tok_declined_stolen", &answer) == PSP_DECLINED, "a bad card is not held");
}

static void test_hold_ends(void)
{
    PspAnswer answer;
    Id        key;
    check(hold(&key, 500, "tok_expires_0", &answer) == PSP_DECLINED
              || psp_ask(key, &answer) == PSP_DECLINED,
          "what is held ends with its time");
    check(psp_capture(env_new_id(&env), key, 100, &answer) == PSP_DECLINED
              && strcmp(answer.reason, "authorisation_expired") == 0,
          "nothing can be captured then");
    check(psp_ask(key, &answer) == PSP_DECLINED && strcmp(answer.reason, "expired") == 0,
          "asking by the key tells so");
    check(psp_void(key, &answer) == PSP_APPROVED && truth(key).captured == 0, "giving it up is no fault");
}

static void test_script(void)
{
    PspAnswer answer;
    Id        a = { { 0 } }, b = { { 0 } }, c = { { 0 } };
    check(!simulator_script(&simulator, "\"explode\""), "a behaviour that does not exist is refused");
    check(simulator_script(&simulator, "\"declined_expired\",\"garbage\""),
          "the next two calls are scripted");
    check(charge(&a, 10, "tok_visa", &answer) == PSP_DECLINED && strcmp(answer.reason, "expired") == 0,
          "first word");
    check(charge(&b, 10, "tok_visa", &answer) == PSP_UNKNOWN, "second word");
    check(charge(&c, 10, "tok_visa", &answer) == PSP_APPROVED, "then as usual");
}

static void test_bad_input(void)
{
    PspAnswer answer;
    Id        key = { { 0 } };
    check(charge(&key, 0, "tok_visa", &answer) == PSP_UNKNOWN, "an amount of nothing is refused");
    check(charge(&key, -5, "tok_visa", &answer) == PSP_UNKNOWN, "a negative amount is refused");
    check(charge(&key, 99999999999 + 1, "tok_visa", &answer) == PSP_UNKNOWN,
          "an endless amount is refused");
    check(charge(&key, 5, "", &answer) == PSP_UNKNOWN, "an empty token is refused");
    check(charge(&key, 5, "tok\"visa", &answer) == PSP_UNKNOWN, "a token with a quote is refused");
    check(psp_ask(key, &answer) == PSP_NOT_FOUND, "and none of it reached the book");
    PspCharge pounds = {
        .key = env_new_id(&env), .amount = 5, .currency = STR("gbp"), .token = STR("tok_visa")
    };
    check(payment_charge_it(at(), &pounds, &answer) == PSP_UNKNOWN,
          "a currency in small letters is refused");
}

static void test_nobody(void)
{
    PspAnswer answer;
    Id        key = { { 0 } };
    Str       url = env.psp_url;
    env.psp_url   = STR("http://127.0.0.1:1");
    check(charge(&key, 5, "tok_visa", &answer) == PSP_UNKNOWN, "a service that is not there is unknown");
    env.psp_url = STR_NONE;
    check(psp_ask(key, &answer) == PSP_UNKNOWN, "no service at all is unknown");
    env.psp_url = STR("file:///etc/hostname");
    check(psp_ask(key, &answer) == PSP_UNKNOWN, "only http and https are spoken");
    env.psp_url = url;
}

int main(void)
{
    int64_t charges = 0, captured = 0, refunded = 0;
    simulator_start(&simulator);
    env_init_real(&env);
    env.psp_url = str_from(simulator.url);
    test_cards();
    test_declines();
    test_unknown();
    test_slow();
    test_reverse();
    test_refund();
    test_hold();
    test_hold_ends();
    test_script();
    test_bad_input();
    test_nobody();
    check(simulator_sums(&simulator, &charges, &captured, &refunded)
              && captured == 3 * 1250 + 4 * 900 + 2 * 500 + 1000 + 20 + 2 * 500 && refunded == 1400,
          "the book adds up to what was approved");
    simulator_stop(&simulator);
    return check_finish("psp_test");
}
