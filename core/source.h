/* source.h — the values of sourcing, as the rows of source.def say. */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "base/form_declare.h"
#include "core/source.def"
#include "base/form_undef.h"

#endif
