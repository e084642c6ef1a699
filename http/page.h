/* page.h — pages for people: what a browser may do with them, and how they say that something went wrong.
 */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "http/server.h"

/* What a browser is told about a page of ours: nothing from elsewhere, no script, the style that stands in
 * the page itself by its SHA-256, forms to ourselves only; kept by nobody. */
void page_headers(Arena *arena, Str html, HttpReply *reply);

/* A page that says what went wrong. */
Str page_problem(Arena *arena, const Error *err);

#endif
