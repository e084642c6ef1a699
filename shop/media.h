/* media.h — in which form the reply of a route comes. */
#ifndef SHOP_MEDIA_H
#define SHOP_MEDIA_H

#include "shop/api.h"

typedef struct {
    const char *type;    /* the media type */
    const char *content; /* the same as in Content-Type, with its character set */
    bool        is_text;
} Media;

/* A TEXT_REPLY is what its path ends with: .csv, .escpos, .html, .pdf, .svg, .txt, .zpl; else a page with
 * HTML_PAGE, or plain text. */
Media route_media(const RouteDef *route);

#endif
