/* return_work.h — what is to be done with the goods of a return: work is made for what stands apart,
 * and for parts of kits that are missing and are to be ordered. */
#ifndef FLOWS_RETURN_WORK_H
#define FLOWS_RETURN_WORK_H

#include "flows/return_terms.h"

/* Makes it for doc's lines, whose goods have come; `items` are those of the lines. */
bool return_work_make(Ctx *ctx, const Return *doc, const Terms *terms, const Id *items,
                      Error *err) MUST_USE;

#endif
