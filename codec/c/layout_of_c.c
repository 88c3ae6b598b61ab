#include "layout_of_c.h"

#include <stdio.h>

/* One number a line; what other languages declare is compared with it. */
int main(void) {
    static const size_t layout[] = {CHATOS_TEST_LAYOUT};
    for (size_t number = 0; number < sizeof layout / sizeof *layout; ++number) {
        printf("%zu\n", layout[number]);
    }
    return 0;
}
