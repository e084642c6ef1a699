/* bad.c — sees the inside of another capability, a flow, and the browser's enemy. */
#include "shop/bad/bad.h"
#include "shop/good/good.h"
#include "flows/checkout.h"
