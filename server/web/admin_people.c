/* admin_people.c - the administrator's pages of who works here: people, postmen, what they should
 * practise. */
#include "server/web/admin_pages_inside.h"

/* ------------------------------------------------------------------ people */

static const struct panel_column people_columns[] = {
    {"name", "Tên", PANEL_LINK, "ten"},
    {"role", "Vai trò", PANEL_CHOICE, ROLES},
    {"offices", "Cơ quan", PANEL_CHOICE, "all|tất cả"},
    {"on", "Tài khoản", PANEL_CHOICE, "true|đang bật;false|đã tắt"},
    {"one_time_password", "Mật khẩu", PANEL_CHOICE, "true|dùng một lần;false|của mình"},
    {"second_factor", "Hai lớp", PANEL_CHOICE, "true|có;false|chưa"},
    {"locked_until", "Khóa đến", PANEL_TIME, NULL},
    {.key = NULL}};

#define NAME                                                                                       \
    {                                                                                              \
        PANEL_WORD, "ten", "Tên đăng nhập", "required maxlength=32 list=nguoi", NULL               \
    }

static const struct panel_form people_forms[] = {
    {"person",
     "Thêm người",
     "Thêm",
     true,
     {{PANEL_WORD, "moi", "Tên đăng nhập", "required maxlength=32 autocapitalize=none", NULL},
      {PANEL_OPTION, "role", "Vai trò", NULL, ROLES},
      {PANEL_OPTION, "office", "Mã cơ quan, cách bằng dấu phẩy; all: tất cả", "required list=cq",
       NULL},
      {PANEL_FIXED, "chua-co", NULL, NULL, "new=yes"}}},
    {"person",
     "Đổi vai trò, cơ quan",
     "Đổi",
     false,
     {NAME,
      {PANEL_OPTION, "role", "Vai trò", NULL, "|(giữ nguyên);" ROLES},
      {PANEL_OPTION, "office", "Mã cơ quan; trống: giữ nguyên", "list=cq", NULL},
      {PANEL_OPTION, "state", "Tài khoản", NULL, "|(giữ nguyên);on|Bật;off|Tắt"}}},
    {"person",
     "Đặt mật khẩu một lần mới",
     "Đặt",
     true,
     {NAME, {PANEL_FIXED, "p", NULL, NULL, "password=new"}}},
    {"person",
     "Đặt lại hai lớp: mất điện thoại, hết mã dự phòng",
     "Đặt lại",
     false,
     {NAME, {PANEL_FIXED, "s", NULL, NULL, "second=reset"}}},
    {.verb = NULL},
};

const struct admin_page admin_people = {
    "/quay/nguoi",
    "Người dùng · Trao",
    RIGHT_PEOPLE,
    "Mật khẩu một lần hiện đúng một lần. Tắt tài khoản là thoát ngay mọi máy.",
    {{"", "people", NULL, "people", people_columns, "Chưa có ai.", "nguoi", "name", "role"},
     OFFICES("Mã cơ quan")},
    people_forms,
    false};

/* ------------------------------------------------------------------ postmen */

static const struct panel_column postmen_columns[] = {
    {"badge", "Thẻ", PANEL_LINK, "badge"},
    {"name", "Tên", PANEL_TEXT, NULL},
    {"post_office", "Bưu cục", PANEL_TEXT, NULL},
    {"from", "Từ", PANEL_DAY, NULL},
    {"to", "Đến", PANEL_DAY, NULL},
    {"pin", "PIN", PANEL_CHOICE, "true|có;false|chưa"},
    {.key = NULL}};

static const struct panel_form postmen_forms[] = {
    {"postman",
     "Thêm, đổi bưu tá",
     "Ghi",
     true,
     {{PANEL_WORD, "badge", "Thẻ", "required placeholder=TH-12", NULL},
      {PANEL_OPTION, "name", "Tên", "maxlength=80", NULL},
      {PANEL_OPTION, "post-office", "Bưu cục (6 số)", POST_OFFICE, NULL},
      FROM,
      {PANEL_OPTION, "to", "Đến hết ngày", DAY, NULL},
      {PANEL_OPTION, "pin", "PIN", NULL, "|(giữ nguyên);new|Cấp PIN mới, hiện một lần"}}},
    {.verb = NULL},
};

const struct admin_page admin_postmen = {
    "/quay/buu-ta",
    "Bưu tá · Trao",
    RIGHT_ROUNDS,
    "Thẻ, PIN, bưu cục của từng bưu tá. PIN mới hiện đúng một lần.",
    {{"", "postmen", NULL, "postmen", postmen_columns, "Chưa có bưu tá.", NULL, NULL, NULL},
     POST_OFFICES},
    postmen_forms,
    false};

/* ------------------------------------------------------------------ training */

static const struct panel_column training_columns[] = {
    {"name", "Tên", PANEL_TEXT, NULL},
    {"role", "Vai trò", PANEL_CHOICE, ROLES},
    {"acts", "Việc đã làm", PANEL_NUMBER, NULL},
    {"near_misses", "Nhầm bì, chặn kịp", PANEL_NUMBER, NULL},
    {"taken_back", "Phải rút lại", PANEL_NUMBER, NULL},
    {"wrong", "Sai, %", PANEL_NUMBER, NULL},
    {"voided", "Nhãn hủy", PANEL_NUMBER, NULL},
    {"wrong_passwords", "Sai mật khẩu, mã", PANEL_NUMBER, NULL},
    {.key = NULL}};

const struct admin_page admin_training = {
    "/quay/dao-tao",
    "Cần tập gì · Trao",
    RIGHT_AUDIT,
    "Tính từ việc đã ghi, để dạy nghề, không để phạt.",
    {{"", "training", NULL, "people", training_columns, "Chưa có ai.", NULL, NULL, NULL}},
    admin_no_forms,
    false};
