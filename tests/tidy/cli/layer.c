/* layer.c — the command line may see everything but the tests and third parties. */
#include "http/app.h"
#include "jobs/jobs.h"
#include "third_party/sqlite/sqlite3.h"
