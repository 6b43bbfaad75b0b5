/* admin_places.c - the administrator's pages of where work is done and with what: offices and post
 * offices, numbers, printers. */
#include "server/web/admin_pages_inside.h"

#define CODE "required maxlength=32 autocapitalize=characters spellcheck=false"
#define LAYOUTS                                                                                        \
    "dl|Phong bì DL 220×110;c5|Phong bì C5;c4|Phong bì C4;thermal-100x150|Nhãn nhiệt 100×150;" \
    "thermal-76x50|Nhãn nhiệt 76×50;sheet-2x4|Tờ A4 8 nhãn;sheet-3x8|Tờ A4 24 nhãn;"         \
    "bang-ke|Giấy A4, bảng kê"

/* ------------------------------------------------------------------ registry */

const struct panel_column admin_place_columns[] = {
    {"code", "Mã", PANEL_LINK, "ma"},
    {"name", "Tên", PANEL_TEXT, NULL},
    {"neutral", "Tên trên phong bì", PANEL_TEXT, NULL},
    {"address", "Địa chỉ", PANEL_TEXT, NULL},
    {"phone", "Điện thoại", PANEL_TEXT, NULL},
    {"from", "Từ", PANEL_DAY, NULL},
    {"to", "Đến", PANEL_DAY, NULL},
    {"citation", "Căn cứ", PANEL_TEXT, NULL},
    {.key = NULL}};

#define PLACE_CODE                                                                                 \
    {                                                                                              \
        PANEL_WORD, "ma", "Mã", CODE, NULL                                                         \
    }
#define PLACE_NAME                                                                                 \
    {                                                                                              \
        PANEL_OPTION, "name", "Tên", "maxlength=120", NULL                                         \
    }
#define PLACE_REST                                                                                 \
    {PANEL_OPTION, "address", "Địa chỉ", "maxlength=160", NULL},                                   \
        {PANEL_OPTION, "phone", "Điện thoại", "inputmode=tel maxlength=30", NULL},                 \
        {PANEL_OPTION, "commune", "Xã, phường (mã 5 số)", "inputmode=numeric maxlength=5", NULL},  \
        {PANEL_OPTION, "place", "Tọa độ, như 18.3428,105.9057", "maxlength=40", NULL}, FROM,       \
        {PANEL_OPTION, "to", "Đến hết ngày", DAY, NULL},                                           \
        {PANEL_OPTION, "successor", "Mã kế thừa", "maxlength=32", NULL},                           \
    {                                                                                              \
        PANEL_OPTION, "citation", "Căn cứ", "maxlength=200", NULL                                  \
    }

static const struct panel_form place_forms[] = {
    {"office",
     "Ghi cơ quan",
     "Ghi",
     false,
     {PLACE_CODE,
      PLACE_NAME,
      {PANEL_OPTION, "neutral", "Tên in trên phong bì (không lộ thủ tục)", "maxlength=120", NULL},
      {PANEL_OPTION, "post-office", "Bưu cục nhận (6 số)", POST_OFFICE, NULL},
      PLACE_REST}},
    {"postoffice", "Ghi bưu cục", "Ghi", false, {PLACE_CODE, PLACE_NAME, PLACE_REST}},
    {"pickup",
     "Ghi điểm nhận",
     "Ghi",
     false,
     {PLACE_CODE,
      PLACE_NAME,
      {PANEL_OPTION, "post-office", "Bưu cục (6 số)", POST_OFFICE, NULL},
      PLACE_REST}},
    {.verb = NULL},
};

const struct admin_page admin_places = {
    "/quay/danh-ba",
    "Cơ quan, bưu cục · Trao",
    RIGHT_SETTINGS,
    "Đổi gì thì có hiệu lực từ ngày ghi; trước ngày đó vẫn như cũ.",
    {OFFICES("Cơ quan"),
     POST_OFFICES,
     {"Điểm nhận", "pickups", NULL, "premises", admin_place_columns, "Chưa ghi điểm nhận nào.",
      NULL, NULL, NULL}},
    place_forms,
    false};

/* ------------------------------------------------------------------ numbers */

static const struct panel_column range_columns[] = {
    {"post_office", "Bưu cục", PANEL_LINK, "bc"}, {"prefix", "Đầu số", PANEL_TEXT, NULL},
    {"size", "Cả dải", PANEL_NUMBER, NULL},       {"left", "Còn", PANEL_NUMBER, NULL},
    {"added", "Cấp lúc", PANEL_TIME, NULL},       {.key = NULL}};

static const struct panel_form range_forms[] = {
    {"range",
     "Cấp dải mới",
     "Cấp",
     false,
     {{PANEL_WORD, "bc", "Bưu cục (6 số)", "required inputmode=numeric maxlength=6 list=bc", NULL},
      {PANEL_WORD, "so", "Bao nhiêu số", "required inputmode=numeric maxlength=8", NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_numbers = {
    "/quay/dai-so",
    "Dải số · Trao",
    RIGHT_SETTINGS,
    "Số phong bì mỗi bưu cục được dùng. Hết số thì không nhập, không in được.",
    {{"", "ranges", NULL, "ranges", range_columns, "Chưa có dải số nào.", NULL, NULL, NULL},
     POST_OFFICES},
    range_forms,
    false};

/* ------------------------------------------------------------------ printers */

static const struct panel_column printer_columns[] = {
    {"printer", "Tên", PANEL_LINK, "ten"},
    {"where", "Ở đâu", PANEL_TEXT, NULL},
    {"layout", "Giấy đang nạp", PANEL_CHOICE, LAYOUTS},
    {"dpi", "Điểm/inch", PANEL_NUMBER, NULL},
    {"tongue", "Ngôn ngữ", PANEL_TEXT, NULL},
    {"post_office", "Bưu cục", PANEL_CHOICE, "000000|tất cả"},
    {"on", "Đang", PANEL_CHOICE, "true|bật;false|tắt"},
    {.key = NULL}};

static const struct panel_column print_job_columns[] = {{"job", "Lệnh", PANEL_NUMBER, NULL},
                                                        {"printer", "Máy in", PANEL_TEXT, NULL},
                                                        {"words", "Đang", PANEL_TEXT, NULL},
                                                        {"done", "Đã in", PANEL_NUMBER, NULL},
                                                        {"of", "Cả lệnh", PANEL_NUMBER, NULL},
                                                        {"sent", "Gửi lúc", PANEL_TIME, NULL},
                                                        {.key = NULL}};

#define PRINTER_NAME                                                                               \
    {                                                                                              \
        PANEL_WORD, "ten", "Tên máy in", "required maxlength=32 list=mayin spellcheck=false", NULL \
    }

static const struct panel_form printer_forms[] = {
    {"printer",
     "Thêm máy in",
     "Thêm",
     false,
     {{PANEL_WORD, "ten", "Tên máy in", "required maxlength=32 spellcheck=false placeholder=quay1",
       NULL},
      {PANEL_OPTION, "where", "Ở đâu",
       "required maxlength=200 spellcheck=false placeholder=\"ipp://localhost/printers/quay1\"",
       NULL},
      {PANEL_OPTION, "layout", "Giấy đang nạp", NULL, LAYOUTS},
      {PANEL_OPTION, "tongue", "Ngôn ngữ", NULL,
       "pdf|PDF (máy in thường, CUPS);zpl|ZPL (Zebra);tspl|TSPL (TSC);escpos|ESC/POS"},
      {PANEL_OPTION, "dpi", "Điểm/inch", NULL, "600|600;300|300;203|203"},
      {PANEL_OPTION, "media", "Khổ giấy theo IPP (trống: như máy in đặt)",
       "maxlength=60 spellcheck=false placeholder=iso_dl_110x220mm", NULL},
      {PANEL_OPTION, "post-office", "Riêng bưu cục (trống: tất cả)", POST_OFFICE, NULL}}},
    {"printer",
     "Đổi, bật, tắt máy in",
     "Đổi",
     false,
     {PRINTER_NAME,
      {PANEL_OPTION, "where", "Ở đâu (trống: giữ nguyên)", "maxlength=200 spellcheck=false", NULL},
      {PANEL_OPTION, "layout", "Giấy đang nạp", NULL, "|(giữ nguyên);" LAYOUTS},
      {PANEL_OPTION, "dpi", "Điểm/inch", NULL, "|(giữ nguyên);600|600;300|300;203|203"},
      {PANEL_OPTION, "post-office", "Riêng bưu cục; 0: tất cả", POST_OFFICE, NULL},
      {PANEL_OPTION, "state", "Máy in", NULL, "|(giữ nguyên);on|Bật;off|Tắt"}}},
    {"printertest", "In tờ thử, rồi đo vạch 50 mm", "In thử", false, {PRINTER_NAME}},
    {"measured",
     "Vạch trên tờ thử đo được bao nhiêu",
     "Ghi",
     false,
     {{PANEL_WORD, "mau", "Mẫu đã in", NULL, LAYOUTS},
      {PANEL_WORD, "mm", "Thước đo được, mm", "required inputmode=decimal maxlength=5", NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_printers = {
    "/quay/may-in",
    "Máy in · Trao",
    RIGHT_SETTINGS,
    "Phong bì và bảng kê in ở máy nào, giấy gì đang nạp. Việc đang in ở trang In.",
    {{"", "printers", NULL, "printers", printer_columns, "Chưa có máy in: quầy in bằng tệp PDF.",
      "mayin", "printer", "where"},
     {"Lệnh in", "printjobs", NULL, "jobs", print_job_columns, "Không có lệnh nào.", NULL, NULL,
      NULL},
     POST_OFFICES},
    printer_forms,
    false};
