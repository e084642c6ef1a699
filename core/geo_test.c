/* geo_test.c — distances held against known ones, and against the haversine formula in floating point. */
#include "core/geo.h"

#include "tests/chance.h"
#include "tests/kit.h"

#include <math.h>

static int64_t off(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Great circles of the same sphere. */
static const struct {
    const char *name;
    GeoPoint    a, b;
    int64_t     metres;
} circles[] = {
    { "London to Paris", { 51507351, -127758 }, { 48856613, 2352222 }, 343550 },
    { "New York to Los Angeles", { 40712776, -74005974 }, { 34052235, -118243683 }, 3935751 },
    { "Sydney to London", { -33868820, 151209290 }, { 51507351, -127758 }, 16993959 },
    { "two stores of Zurich", { 47376887, 8541694 }, { 47366667, 8550000 }, 1297 },
    { "one metre east", { 51500000, -100000 }, { 51500000, -100014 }, 1 },
    { "one metre north", { 51500000, -100000 }, { 51500009, -100000 }, 1 },
    { "over the date line", { -16500000, 179999999 }, { -16500000, -179999999 }, 0 },
    { "half around the equator", { 0, 0 }, { 0, 180000000 }, 20015115 },
    { "half around the equator elsewhere", { 0, -90000000 }, { 0, 90000000 }, 20015115 },
    { "pole to pole", { 90000000, 0 }, { -90000000, 0 }, 20015115 },
    { "nearly the other end", { 10000000, 20000000 }, { -9999999, -160000000 }, 20015115 },
    { "the same place", { 51507351, -127758 }, { 51507351, -127758 }, 0 },
};

/* Distances of airports on the real earth (geodesics of WGS 84), of which the sphere may be off by 0.6 %. */
static const struct {
    const char *name;
    GeoPoint    a, b;
    int64_t     metres;
} geodesics[] = {
    { "Heathrow to Kennedy", { 51477500, -461389 }, { 40639722, -73778889 }, 5554539 },
    { "Kansai to Sydney", { 34434167, 135232778 }, { -33946111, 151177222 }, 7739000 },
};

static double haversine(GeoPoint a, GeoPoint b)
{
    double unit = 3.14159265358979323846 / 180e6;
    double up   = sin((double)(a.latitude - b.latitude) * unit / 2);
    double side = sin((double)(a.longitude - b.longitude) * unit / 2);
    double h    = up * up + cos((double)a.latitude * unit) * cos((double)b.latitude * unit) * side * side;
    return 2 * 6371009 * atan2(sqrt(h), sqrt(1 - h));
}

static GeoPoint anywhere(void)
{
    return (GeoPoint){ below(2 * GEO_LATITUDE_MAX + 1) - GEO_LATITUDE_MAX,
                       below(2 * GEO_LONGITUDE_MAX + 1) - GEO_LONGITUDE_MAX };
}

static void check_chance(void)
{
    bool far_fine = true, near_fine = true, same_back = true;
    for (int i = 0; i < 100000; i++) {
        GeoPoint a = anywhere(), b = anywhere();
        GeoPoint c = { a.latitude / 2 + below(20000), a.longitude / 2 + below(20000) };
        GeoPoint d = { a.latitude / 2, a.longitude / 2 };
        far_fine   = far_fine && fabs((double)geo_distance(a, b) - haversine(a, b)) <= 1.0;
        near_fine  = near_fine && fabs((double)geo_distance(c, d) - haversine(c, d)) <= 0.6;
        same_back  = same_back && geo_distance(a, b) == geo_distance(b, a);
    }
    check(far_fine, "100,000 pairs anywhere on earth are within a metre");
    check(near_fine, "100,000 near pairs are within 0.6 m");
    check(same_back, "it is as far back");
}

int main(void)
{
    for (size_t i = 0; i < COUNT(circles); i++)
        check(off(geo_distance(circles[i].a, circles[i].b), circles[i].metres) <= 1, circles[i].name);
    for (size_t i = 0; i < COUNT(geodesics); i++)
        check(off(geo_distance(geodesics[i].a, geodesics[i].b), geodesics[i].metres) * 1000
                  <= geodesics[i].metres * 6,
              geodesics[i].name);
    check(geo_is_place((GeoPoint){ -90000000, 180000000 }) && !geo_is_place((GeoPoint){ 90000001, 0 })
              && !geo_is_place((GeoPoint){ 0, -180000001 }),
          "a place has limits");
    check_chance();
    return check_finish("geo");
}
