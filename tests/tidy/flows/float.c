/* float.c — money is no float. */
double price;
struct { int number_of_double_rooms; } hotel;
