/* geo.c — distances by rotating in ever smaller steps (CORDIC; J. E. Volder, 1959). See geo.h. */
#include "core/geo.h"

#include <assert.h>

enum { STEPS = 36, ANGLE_BITS = 40, VECTOR_BITS = 30, RADIUS_M = 6371009 };

/* Arcus tangens of 2^-i, in radians times 2^40. */
static const int64_t step_angle[STEPS] = {
    863554413089, 509785937287, 269356888665, 136729762476, 68630207382, 34348560106,
    17178471287,  8589759835,   4294945451,   2147480917,   1073741483,  536870869,
    268435451,    134217727,    67108864,     33554432,     16777216,    8388608,
    4194304,      2097152,      1048576,      524288,       262144,      131072,
    65536,        32768,        16384,        8192,         4096,        2048,
    1024,         512,          256,          128,          64,          32
};

#define GROWTH_INVERSE 667681663043 /* 2^40 by how much all steps together lengthen a vector */
#define RADIANS_2_60 20122276272    /* of a micro-degree, times 2^60 */

typedef struct {
    int64_t x, y, z; /* times 2^30; of length 1 */
} Direction;

/* Cosine and sine times 2^30 of an angle from -90 to 90 degrees. */
static void cos_sin(int64_t micro_degrees, int64_t *cosine, int64_t *sine)
{
    int64_t left = micro_degrees * RADIANS_2_60 / (1 << (60 - ANGLE_BITS));
    int64_t x = GROWTH_INVERSE, y = 0;
    for (int i = 0; i < STEPS; i++) {
        int64_t dx = x >> i, dy = y >> i;
        x += left >= 0 ? -dy : dy;
        y += left >= 0 ? dx : -dx;
        left -= left >= 0 ? step_angle[i] : -step_angle[i];
    }
    *cosine = x / (1 << (ANGLE_BITS - VECTOR_BITS));
    *sine   = y / (1 << (ANGLE_BITS - VECTOR_BITS));
}

/* The angle of (x, y) to the x-axis in radians times 2^40; both at least 0. */
static int64_t angle_of(int64_t x, int64_t y)
{
    int64_t angle = 0;
    x *= 1 << (ANGLE_BITS - VECTOR_BITS - 2); /* room for the growth */
    y *= 1 << (ANGLE_BITS - VECTOR_BITS - 2);
    for (int i = 0; i < STEPS; i++) {
        int64_t dx = x >> i, dy = y >> i;
        angle += y >= 0 ? step_angle[i] : -step_angle[i];
        x += y >= 0 ? dy : -dy;
        y += y >= 0 ? -dx : dx;
    }
    return angle > 0 ? angle : 0;
}

static Direction direction(GeoPoint place)
{
    int64_t cos_latitude, sin_latitude, cosine, sine;
    int64_t longitude = place.longitude, flip = 1;
    if (longitude > GEO_LATITUDE_MAX || longitude < -GEO_LATITUDE_MAX) { /* the other side: turned round */
        longitude += longitude > 0 ? -GEO_LONGITUDE_MAX : GEO_LONGITUDE_MAX;
        flip = -1;
    }
    cos_sin(place.latitude, &cos_latitude, &sin_latitude);
    cos_sin(longitude, &cosine, &sine);
    return (Direction){ flip * cos_latitude * cosine / (1 << VECTOR_BITS),
                        flip * cos_latitude * sine / (1 << VECTOR_BITS), sin_latitude };
}

static int64_t length(int64_t x, int64_t y, int64_t z)
{
    uint64_t square = (uint64_t)(x * x) + (uint64_t)(y * y) + (uint64_t)(z * z);
    uint64_t root   = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= square) root |= bit;
    return (int64_t)root;
}

bool geo_is_place(GeoPoint place)
{
    return place.latitude >= -GEO_LATITUDE_MAX && place.latitude <= GEO_LATITUDE_MAX
           && place.longitude >= -GEO_LONGITUDE_MAX && place.longitude <= GEO_LONGITUDE_MAX;
}

int64_t geo_distance(GeoPoint a, GeoPoint b)
{
    assert(geo_is_place(a) && geo_is_place(b));
    Direction p = direction(a), q = direction(b);
    /* Half the angle between two directions has their difference and their sum as its sides: well
     * conditioned from one metre to the other end of the world. */
    int64_t apart    = length(p.x - q.x, p.y - q.y, p.z - q.z);
    int64_t together = length(p.x + q.x, p.y + q.y, p.z + q.z);
    int64_t half     = apart == 0 ? 0 : angle_of(together, apart);
    return ((half / 16) * RADIUS_M + ((int64_t)1 << 34)) >> 35;
}
