/* admin_hooks.c - the administrator's page of offices' own systems: webhooks and what they missed.
 */
#include "server/web/admin_pages_inside.h"

#define EVENTS                                                                                     \
    "handed_over|bàn giao;failed|phát hỏng;waiting|chờ nhận;delivered|đã giao;"          \
    "returning|đang hoàn;returned|đã hoàn;recalled|thu hồi;"                                \
    "lost|thất lạc;unclaimed|không người nhận"

static const struct panel_column hook_columns[] = {
    {"name", "Tên", PANEL_LINK, "ten"},
    {"state", "Tình trạng", PANEL_CHOICE,
     "well|tốt;failing|chưa trả lời;dead|KHÔNG TRẢ LỜI;off|đã tắt;"
     "starting|đang bắt đầu;unreached|KHÔNG GỌI ĐƯỢC: máy ngoài danh sách"},
    {"url", "Địa chỉ", PANEL_TEXT, NULL},
    {"offices", "Cơ quan", PANEL_CHOICE, "all|tất cả"},
    {"events", "Báo việc", PANEL_CHOICE, EVENTS},
    {"waiting", "Đang chờ", PANEL_NUMBER, NULL},
    {"since", "Không trả lời từ", PANEL_TIME, NULL},
    {"next_try", "Gọi lại", PANEL_TIME, NULL},
    {"both_until", "Hai khóa đến", PANEL_TIME, NULL},
    {.key = NULL}};

static const struct panel_column dead_columns[] = {
    {"hook", "Webhook", PANEL_TEXT, NULL},
    {"item", "Số phong bì", PANEL_LINK, "bi"},
    {"status", "Việc", PANEL_CHOICE, EVENTS},
    {"attempt", "Lần phát", PANEL_NUMBER, NULL},
    {"correction", "Loại", PANEL_CHOICE, "true|đính chính;false|báo"},
    {.key = NULL}};

#define HOOK_NAME                                                                                  \
    {                                                                                              \
        PANEL_WORD, "ten", "Tên webhook", "required maxlength=32 list=wh autocapitalize=none",     \
            NULL                                                                                   \
    }
#define HOOK_URL "maxlength=500 inputmode=url placeholder=https://"

static const struct panel_form hook_forms[] = {
    {"hook",
     "Thêm webhook",
     "Thêm",
     true,
     {{PANEL_WORD, "moi", "Tên, chữ thường", "required maxlength=32 autocapitalize=none", NULL},
      {PANEL_OPTION, "url", "Địa chỉ nhận tin", "required " HOOK_URL, NULL},
      {PANEL_OPTION, "office", "Mã cơ quan, cách bằng dấu phẩy; all: tất cả", "required list=cq",
       NULL},
      {PANEL_TICKS, "events", "Báo những việc nào (không chọn: mọi việc)", NULL, EVENTS}}},
    {"hook",
     "Đổi webhook",
     "Đổi",
     false,
     {HOOK_NAME,
      {PANEL_OPTION, "url", "Địa chỉ; trống: giữ nguyên", HOOK_URL, NULL},
      {PANEL_OPTION, "office", "Mã cơ quan; trống: giữ nguyên", "list=cq", NULL},
      {PANEL_TICKS, "events", "Chỉ báo những việc này (không chọn: giữ nguyên)", NULL, EVENTS},
      {PANEL_OPTION, "state", "Báo tin", NULL, "|(giữ nguyên);on|Bật;off|Tắt"}}},
    {"hook",
     "Đổi khóa bí mật",
     "Tạo khóa mới",
     true,
     {HOOK_NAME,
      {PANEL_FIXED, "k", NULL, NULL, "secret=new"},
      {PANEL_OPTION, "overlap", "Khóa cũ còn ký thêm mấy giờ (trống: 24)",
       "inputmode=numeric maxlength=3", NULL}}},
    {"hooktest", "Gửi thử", "Gửi thử", true, {HOOK_NAME}},
    {"hookagain",
     "Báo lại việc đã hỏng",
     "Báo lại",
     false,
     {HOOK_NAME, {PANEL_MANY, "bi", "Số phong bì; trống: tất cả", NULL, NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_hooks = {
    "/quay/bao-tin",
    "Báo tin cho cơ quan · Trao",
    RIGHT_HOOKS,
    "Phần mềm của cơ quan được báo khi bì giao xong, không giao được, hoàn. Máy nhận phải được "
    "người trông máy chủ cho phép trước; gửi thử thì trả lời hiện ngay ở đây.",
    {{"", "hooks", NULL, "hooks", hook_columns, "Chưa có webhook nào.", "wh", "name", "url"},
     {"Việc báo hỏng", "hookdead", NULL, "hookdead", dead_columns, "Không có việc nào báo hỏng.",
      NULL, NULL, NULL},
     OFFICES("Mã cơ quan")},
    hook_forms,
    false};
