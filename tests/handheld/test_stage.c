/* Every screen that needs a round, on a real terminal of 40 by 20 (tmux), by a keyboard scanner and
 * by hand: what test_day.c shows on the face, shown as a postman sees it. The round is invented
 * (stage.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/handheld/invented.h"
#include "tests/lib/proc.h"

static char top[64], seen[16384];

static int tmux(const char *format, ...)
{
    char command[1024];
    va_list args;
    int n = snprintf(command, sizeof command, "tmux -f /dev/null -S %s/tmux ", top);
    va_start(args, format);
    vsnprintf(command + n, sizeof command - (size_t)n, format, args);
    va_end(args);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    size_t got = fread(seen, 1, sizeof seen - 1, from);
    seen[got] = '\0';
    return pclose(from);
}

static void start(const char *more)
{
    strcpy(top, "/tmp/trao-stage-XXXXXX");
    assert_non_null(mkdtemp(top));
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("TMUX");
    assert_int_equal(tmux("-u new-session -d -x 40 -y 20 '%s %s %s 2>%s/log; echo ended=$?; sleep "
                          "60'",
                          TRAO_STAGE, top, more, top),
                     0);
}

static int opened(void **state)
{
    (void)state;
    start("");
    return 0;
}

static int closed(void **state)
{
    (void)state;
    start("closed");
    return 0;
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    tmux("kill-server");
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static void until(const char *words)
{
    for (long end = proc_now_ms() + 8000; proc_now_ms() < end; proc_sleep_ms(50)) {
        tmux("capture-pane -p");
        if (strstr(seen, words) != NULL)
            return;
    }
    fail_msg("'%s' is not on the screen:\n%s", words, seen);
}

static void amber(void)
{
    tmux("capture-pane -p -e");
    assert_non_null(strstr(seen, "48;5;220"));
}

static void press(const char *keys)
{
    for (; *keys != '\0'; keys++) {
        proc_sleep_ms(120);
        tmux("send-keys -l '%c'", *keys);
    }
}

static void key(const char *name)
{
    proc_sleep_ms(120);
    tmux("send-keys %s", name);
}

static void scan(const char *text)
{
    proc_sleep_ms(150);
    tmux("send-keys -l '%s' ';' send-keys Enter", text); /* at once, as a scanner does */
}

static void a_door(void **state)
{
    (void)state;
    until("QUÉT PHONG BÌ");
    key("F1");
    until("4 Phát");
    press("4");
    until("Nhà tiếp theo");
    until("thu 168.000 đ");
    scan(A);
    until("lệ phí Nhà nước              135.000 đ");
    press("2");
    until(">2 Vợ/chồng");
    key("Enter");
    until("ĐÃ PHÁT");
    until("còn 3   xong 1   chưa được 0");
    scan(B);
    until("CHỈ CHỦ HỒ SƠ: quét căn cước");
    press("6");
    until("Người nhận là ai?");
    tmux("send-keys -l 'Lê Thị Sáu F1 4'"); /* letters and digits, not commands */
    until("Lê Thị Sáu F1 4_");
    key("BSpace");
    until("Lê Thị Sáu F1 _");
    key("Enter");
    until("MÃ NHẬN BÌ");
    press("246810");
    until("CHỮ KÝ");
    key("Right");
    until("ĐÃ PHÁT");
    scan(N);
    until("Bì này của tuyến TS-05 (chị Hạnh).");
    amber();
    press("2");
    until("QUÉT PHONG BÌ");
    proc_sleep_ms(1500); /* sooner it would be the scanner's bounce */
    scan(B);
    until("Lần trước ghi nhầm?");
    amber();
    key("C-c");
    until("ended=0");
}

static void not_delivered(void **state)
{
    (void)state;
    until("QUÉT PHONG BÌ");
    key("F1");
    press("4");
    until("Nhà tiếp theo");
    key("Down");
    until("BẢN KÊ  TS-03   còn 4/4");
    key("Right");
    until("gọi +84912000111");
    key("Left");
    until("BẢN KÊ");
    key("Enter");
    until("AI NHẬN?");
    key("F1");
    until("0 Mưa lũ, không đi được");
    press("6");
    until("LÀM GÌ TIẾP?");
    key("Enter");
    until("GHI CHÚ");
    press("2");
    until("Địa chỉ mới");
    tmux("send-keys -l 'Số 5, P. Thành Sen'");
    until("Số 5, P. Thành Sen_");
    key("Enter");
    until("ĐÃ GHI: CHƯA PHÁT ĐƯỢC");
    until("chưa được 1");
    press("6785");
    until("1 …785 VN Nguyễn Văn An");
    key("Enter");
    until("AI NHẬN?");
    key("F1");
    until("CHƯA ĐỦ 4 GIỜ");
    scan(C);
    until("Võ Thị Hoa");
    scan(D);
    until("2 bì");
    key("F1");
    press("1");
    key("Enter");
    until("PHÁT LẠI NGÀY NÀO?");
    key("Enter");
    until("QUÉT GIẤY MỜI");
    scan("GM-000041");
    until("2 bì, cùng một nhà");
    key("C-c");
    until("ended=0");
}

static void a_day_begins_and_ends(void **state)
{
    (void)state;
    until("Bản kê đóng");
    scan("TH-4172");
    until("thẻ 4172");
    press("111111");
    key("Enter");
    until("PIN sai. Còn 9 lần");
    press(PIN);
    until("******");
    key("Enter");
    until("Nhà tiếp theo");
    scan("BG-261125-07");
    until("0/3");
    scan(A);
    until("1/3");
    scan(N);
    until("NHÃN HỦY");
    key("Enter");
    until("Thiếu 2   thừa 0   nhãn hủy 1");
    key("Enter");
    until("VÌ SAO?");
    press("1");
    until("BÊN GIAO xem số");
    key("Enter");
    until("BÊN NHẬN");
    key("Enter");
    until("QUÉT PHONG BÌ");
    key("F1");
    press("6");
    until("đi 4 = phát 0 + quầy 0 + nêu 0 + 4");
    until("TIỀN NỘP");
    press("1");
    until("VÌ SAO CÒN?");
    press("1");
    until("nêu 1 + 3");
    key("Enter");
    until("Còn 3 bì trên tay");
    scan(A);
    until("ĐÃ VỀ QUẦY");
    key("F1");
    press("9");
    until("MÁY KHÓA");
    assert_null(strstr(seen, "Cẩm Trung"));
    key("C-c");
    until("ended=0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_door, opened, teardown),
        cmocka_unit_test_setup_teardown(not_delivered, opened, teardown),
        cmocka_unit_test_setup_teardown(a_day_begins_and_ends, closed, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
