/* behaviour.c — the words for what the simulator does. See behaviour.h. */
#include "psp/behaviour.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    Act         act;
} words[] = {
    { "approve", ACT_APPROVE },           { "timeout_approved", ACT_TIMEOUT },
    { "timeout_lost", ACT_TIMEOUT_LOST }, { "500_approved", ACT_500 },
    { "500_lost", ACT_500_LOST },         { "garbage", ACT_GARBAGE },
    { "wrong_amount", ACT_WRONG_AMOUNT },
};

static const Brand brands[] = { { "visa", "visa", "4242", "", "" },
                                { "mastercard", "mastercard", "4444", "", "" },
                                { "amex", "amex", "0005", "", "" },
                                { "chip", "visa", "1881", "chip", "" },
                                { "contactless", "mastercard", "5100", "contactless", "" },
                                { "swipe", "visa", "0077", "swipe", "" },
                                { "applepay", "visa", "0492", "contactless", "apple_pay" },
                                { "googlepay", "mastercard", "5454", "contactless", "google_pay" } };

static bool is_reason(Str text)
{
    if (text.len == 0 || text.len >= REASON_MAX) return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '_' && (text.ptr[i] < 'a' || text.ptr[i] > 'z')) return false;
    return true;
}

bool behaviour_parse(Str word, Behaviour *out)
{
    *out = (Behaviour){ .act = ACT_APPROVE };
    for (size_t i = 0; i < COUNT(words); i++) {
        out->act = words[i].act;
        if (str_eq(word, str_from(words[i].word))) return true;
    }
    if (str_starts(word, STR("slow_"))) {
        out->act = ACT_SLOW;
        return str_to_i64(str_slice(word, 5, word.len), &out->slow_ms) && out->slow_ms >= 0
               && out->slow_ms <= SLOW_MS_MAX;
    }
    if (str_starts(word, STR("expires_"))) {
        out->act = ACT_EXPIRES;
        return str_to_i64(str_slice(word, 8, word.len), &out->slow_ms) && out->slow_ms >= 0
               && out->slow_ms <= SLOW_MS_MAX;
    }
    if (str_starts(word, STR("partial_"))) {
        out->act = ACT_PARTIAL;
        return str_to_i64(str_slice(word, 8, word.len), &out->slow_ms) && out->slow_ms > 0;
    }
    if (!str_starts(word, STR("declined_"))) return false;
    Str reason = str_slice(word, 9, word.len);
    if (!is_reason(reason)) return false;
    out->act = ACT_DECLINE;
    memcpy(out->reason, reason.ptr, reason.len);
    return true;
}

void behaviour_of_token(Str token, Behaviour *out, const Brand **brand)
{
    *brand = &brands[0];
    if (str_starts(token, STR("tok_"))) {
        Str word = str_slice(token, 4, token.len);
        for (size_t i = 0; i < COUNT(brands); i++) {
            if (!str_eq(word, str_from(brands[i].name))) continue;
            *brand = &brands[i];
            *out   = (Behaviour){ .act = ACT_APPROVE };
            return;
        }
        if (behaviour_parse(word, out)) return;
    }
    *out = (Behaviour){ .act = ACT_DECLINE };
    (void)snprintf(out->reason, sizeof out->reason, "invalid_token");
}
