/* fulfilment_inner.h — what the files of fulfilment share. */
#ifndef SHOP_FULFILMENT_INNER_H
#define SHOP_FULFILMENT_INNER_H

#include "shop/fulfilment/fulfilment.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#endif
