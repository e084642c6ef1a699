/* layer.c — http does not know the jobs, the command line or the tests. */
#include "http/app.h"
#include "flows/checkout.h"
#include "jobs/jobs.h"
#include "cli/serve.h"
#include "tests/kit.h"
