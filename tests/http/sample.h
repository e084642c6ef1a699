/* sample.h — a capability for the tests of the HTTP layer. */
#ifndef TESTS_HTTP_SAMPLE_H
#define TESTS_HTTP_SAMPLE_H

#include "base/form_declare.h"
#include "tests/http/shared.def"
#include "base/form_undef.h"

#define API_DEF "tests/http/api.def"
#include "shop/api_declare.h"

#endif
