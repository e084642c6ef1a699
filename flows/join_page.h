/* join_page.h — the page on which somebody joins the loyalty programme by phone. */
#ifndef FLOWS_JOIN_PAGE_H
#define FLOWS_JOIN_PAGE_H

#include "shop/loyalty/loyalty.h"

/* What was typed, and what was wrong with it. */
typedef struct {
    bool known; /* the till knows who it is: nothing but consent is asked for */
    Str  name, email, phone, birthday;
    bool terms, marketing;
    Str  wrong;  /* the field, or none */
    Str  reason; /* a sentence */
} JoinForm;

/* The form; or the page for who has joined. In the arena. */
bool join_page_form(Arena *arena, const LoyaltyProgramme *programme, Str place, const JoinForm *form,
                    Str *html, Error *err) MUST_USE;
bool join_page_done(Arena *arena, const LoyaltyProgramme *programme, Str number, Str offer, Str *html,
                    Error *err) MUST_USE;

#endif
