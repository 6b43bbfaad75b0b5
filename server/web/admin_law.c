/* admin_law.c - the pages of the data law: what is kept and why, what is due to go. */
#include "server/web/admin_pages_inside.h"

static const struct panel_column field_columns[] = {
    {"name", "Trường", PANEL_OURS, NULL},     {"purpose", "Để làm gì", PANEL_OURS, NULL},
    {"ground", "Căn cứ", PANEL_OURS, NULL},   {"kept", "Giữ bao lâu", PANEL_OURS, NULL},
    {"where", "Nằm ở đâu", PANEL_OURS, NULL}, {.key = NULL}};

static const struct panel_column plan_columns[] = {
    {"month", "Tháng", PANEL_TEXT, NULL}, {"items", "Hồ sơ", PANEL_NUMBER, NULL}, {.key = NULL}};

const struct admin_page admin_fields = {
    "/quay/du-lieu/truong",
    "Giữ gì, để làm gì, bao lâu · Trao",
    RIGHT_LAW_READ,
    "Mỗi trường có mục đích, căn cứ và hạn; hết hạn thì tự xóa.",
    {{"", "fields", NULL, "fields", field_columns, "", NULL, NULL, NULL}},
    admin_no_forms,
    false};

const struct admin_page admin_plan = {
    "/quay/du-lieu/ke-hoach",
    "Sắp đến hạn xóa · Trao",
    RIGHT_LAW_READ,
    "Máy chủ tự xóa mỗi ngày. Bì còn vụ việc mở, đang giữ theo yêu cầu "
    "hoặc chưa kết thúc thì chưa tính.",
    {{"", "purgeplan", NULL, "purgeplan", plan_columns, "Chưa có hồ sơ nào đã kết thúc.", NULL,
      NULL, NULL}},
    admin_no_forms,
    false};
