/* main.c — the program's commands. */
#include "shop/api.h"

#include <stdio.h>

int main(void)
{
    printf("onetill " ONETILL_VERSION "\n");
    return 0;
}
