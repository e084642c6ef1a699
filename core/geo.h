/* geo.h — places on the earth and how far they are from each other, in integers. Pure.
 * A place is a latitude and a longitude in micro-degrees (millionths), WGS 84; north and east are above 0. */
#ifndef CORE_GEO_H
#define CORE_GEO_H

#include "base/error.h"

#define GEO_LATITUDE_MAX 90000000
#define GEO_LONGITUDE_MAX 180000000

typedef struct {
    int64_t latitude, longitude; /* micro-degrees */
} GeoPoint;

/* Whether it lies within the limits. */
bool geo_is_place(GeoPoint place);

/* Metres between two places (geo_is_place) along the great circle of a sphere of 6,371,009 m (the mean
 * radius of WGS 84), off by at most 1 m. The sphere itself is off from the real earth by at most 0.6 %. */
int64_t geo_distance(GeoPoint a, GeoPoint b);

#endif
