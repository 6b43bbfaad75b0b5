/* Where addresses lie: prefixes, districts, units of before and after a reorganisation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/office/locality.h"
#include "server/office/offices.h"
#include "tests/server/desk_rig.h"

struct asked {
    const char *address;
    uint32_t postal, commune;
    bool doubt;
    struct locality locality;
    bool in_doubt;
    struct complaint complaint;
};

static bool ask_act(struct record *record, void *arg, struct error *err_)
{
    struct asked *asked = arg;
    return locality_find(record, NULL, asked->address, record_now(record), &asked->locality,
                         &asked->in_doubt, &asked->complaint, err_);
}

static void ask_all(struct desk_rig *desk, const struct asked *rows, size_t n)
{
    struct acts acts = desk_rig_acts(desk);
    for (size_t i = 0; i < n; i++) {
        struct asked asked = rows[i];
        print_message("%s\n", asked.address);
        assert_good(acts.run(acts.self, ask_act, &asked, &err));
        assert_int_equal(asked.locality.commune, asked.commune);
        assert_int_equal(asked.locality.postal_code, asked.postal);
        assert_int_equal(asked.in_doubt, asked.doubt);
    }
}

static void as_people_write_them(void **state)
{
    static const struct asked rows[] = {
        {"Thôn Đông Tiến, X. Cẩm Trung, Hà Tĩnh 46131", 46131, 18742, .doubt = false},
        {"Thôn Đông Tiến, xã Cẩm Trung, huyện Cẩm Xuyên, Hà Tĩnh", 46131, 18742, .doubt = false},
        {"Số 102, ngõ 12, TDP 11, P. Trần Phú, Hà Tĩnh 45123", 45123, 18100, .doubt = false},
        {"Số 102, TDP 11, PHƯỜNG TRẦN PHÚ, Hà Tĩnh 45122", 45122, 18100, .doubt = true},
        {"12/3/5 Xuân Diệu; P.Trần Phú - Hà Tĩnh", 45123, 18100, .doubt = false},
        {"Thôn Đông Tiến, Cẩm Trung, Hà Tĩnh", 46131, 18742, .doubt = false},
        {"Xóm 2, xã Cẩm Trung, Thạch Hà, Hà Tĩnh", 46131, 18742, .doubt = false},
        {"Xóm 2, huyện Thạch Hà, Hà Tĩnh", 0, 0, .doubt = false},
        {"Số 8, phường Mẫu, Hà Nội 10000", 10000, 0, .doubt = false},
        {"Số 8, phường Mẫu, Hà Nội", 0, 0, .doubt = false},
        {"Đội 123456", 0, 0, .doubt = false},
        {"", 0, 0, .doubt = false},
        {",,;;, - ,", 0, 0, .doubt = false},
    };
    ask_all(*state, rows, sizeof rows / sizeof *rows);
}

static void old_names_lead_to_new_units(void **state)
{
    struct desk_rig *desk = *state;
    char table[] = "18073,phường,Thành Sen,,45122,2025-07-01,,\n"
                   "18100,phường,Trần Phú,,45123,2025-07-01,,\n"
                   "18115,phường,Bắc Hồng Lĩnh,,45612,2025-07-01,,\n"
                   ",phường,Nguyễn Du,Thành phố Hà Tĩnh,,,2025-07-01,18073\n"
                   ",xã,Nguyễn Du,Thị xã Khác,,,2025-07-01,18115\n"
                   ",xã,Thạch Mẫu,Huyện Mẫu,,,2025-07-01,18100\n";
    static const struct asked rows[] = {
        {"Số 2, xã Thạch Mẫu, huyện Mẫu, Hà Tĩnh", 45123, 18100, .doubt = false},
        {"Số 2, X. THẠCH MẪU, Hà Tĩnh", 45123, 18100, .doubt = false},
        {"Số 2, P. Nguyễn Du, Thành phố Hà Tĩnh, Hà Tĩnh", 45122, 18073, .doubt = false},
        {"Số 2, P. Nguyễn Du, Thị xã Khác, Hà Tĩnh", 45612, 18115, .doubt = false},
        {"Số 2, P. Nguyễn Du, Hà Tĩnh", 0, 0, .doubt = true},
    };
    size_t n = 0;
    assert_good(communes_load(desk_rig_acts(desk), table, "QĐ thử", 0, &n, &err));
    ask_all(desk, rows, sizeof rows / sizeof *rows);
}

static int open_desk(void **state)
{
    struct desk_rig *desk = calloc(1, sizeof *desk);
    desk_rig_open(desk);
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    desk_rig_close(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_people_write_them, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(old_names_lead_to_new_units, open_desk, close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
