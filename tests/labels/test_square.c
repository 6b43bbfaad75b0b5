/* A square drawn module by module is read back as the very text by another library (zbar). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zbar.h>

#include "labels/square.h"

#define DOTS 4 /* a module */

static void read_back(const struct square *square, char *out, size_t size)
{
    unsigned side = (unsigned)(square->modules + 2 * SQUARE_QUIET) * DOTS;
    unsigned char *grey = malloc((size_t)side * side);
    assert_non_null(grey);
    memset(grey, 255, (size_t)side * side);
    for (unsigned y = 0; y < side; y++)
        for (unsigned x = 0; x < side; x++) {
            int row = (int)(y / DOTS) - SQUARE_QUIET, column = (int)(x / DOTS) - SQUARE_QUIET;
            if (row >= 0 && column >= 0 && row < square->modules && column < square->modules &&
                square->dark[row][column])
                grey[y * side + x] = 0;
        }
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, side, side);
    zbar_image_set_data(image, grey, (unsigned long)side * side, NULL);
    assert_int_equal(zbar_scan_image(scanner, image), 1);
    const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
    strncpy(out, zbar_symbol_get_data(symbol), size - 1);
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    free(grey);
}

static void it_says_what_it_was_told(void **state)
{
    (void)state;
    char longest[SQUARE_TEXT_MAX + 1];
    memset(longest, 'q', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const texts[] = {
        "A", "otpauth://totp/Trao:m%E1%BB%99t?secret=GEZDGNBVGY3TQOJQ&issuer=Trao&digits=6",
        "https://trao.example:8443 ABCD-EFGH-IJKL-MNOP-QRST-UVWX", longest};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct square square;
        struct error err;
        char out[SQUARE_TEXT_MAX + 1] = "";
        assert_true(square_make(texts[i], &square, &err));
        read_back(&square, out, sizeof out);
        assert_string_equal(out, texts[i]);
    }
}

static void what_it_cannot_say_is_refused(void **state)
{
    (void)state;
    struct square square;
    struct error err;
    char longer[SQUARE_TEXT_MAX + 2];
    memset(longer, 'q', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    const char *const texts[] = {"", longer, "quầy", "a\nb"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(square_make(texts[i], &square, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_it_was_told),
        cmocka_unit_test(what_it_cannot_say_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
