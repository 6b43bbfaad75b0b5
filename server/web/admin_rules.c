/* admin_rules.c - the administrator's pages of the rules: parameters, calendar, prices, procedures.
 */
#include "server/web/admin_pages_inside.h"

/* ------------------------------------------------------------------ parameters */

static const struct panel_column rule_columns[] = {
    {"name", "Tham số", PANEL_OURS, NULL},    {"rule", "Mã", PANEL_LINK, "ten"},
    {"value", "Giá trị", PANEL_NUMBER, NULL}, {"from", "Từ", PANEL_DAY, NULL},
    {"citation", "Căn cứ", PANEL_OURS, NULL}, {.key = NULL}};

static const struct panel_form rule_forms[] = {
    {"rule",
     "Đặt tham số",
     "Đặt",
     false,
     {{PANEL_WORD, "ten", "Tham số", "required list=thamso", NULL},
      {PANEL_WORD, "gia-tri", "Giá trị (số nguyên)", "required inputmode=numeric maxlength=7",
       NULL},
      {PANEL_WORD, "can-cu", "Căn cứ: văn bản nào", CITATION, NULL},
      FROM,
      {PANEL_OPTION, "to", "Đến trước ngày", DAY, NULL},
      {PANEL_OPTION, "post-office", "Riêng bưu cục (6 số)", POST_OFFICE, NULL}}},
    {"standing",
     "Cơ quan yêu cầu hoàn mọi bì không phát được",
     "Ghi",
     false,
     {{PANEL_WORD, "co", "Yêu cầu", NULL, "yes|Hoàn tất cả;no|Theo từng bì"},
      {PANEL_WORD, "can-cu", "Căn cứ: văn bản nào", CITATION, NULL},
      FROM,
      {PANEL_OPTION, "office", "Mã cơ quan", "list=cq maxlength=32", NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_rules = {
    "/quay/tham-so",
    "Tham số · Trao",
    RIGHT_SETTINGS,
    "Mỗi số có căn cứ và ngày có hiệu lực. Đặt mới không xóa cái cũ.",
    {{"", "rules", NULL, "rules", rule_columns, "", "thamso", "rule", "name"}},
    rule_forms,
    false};

/* ------------------------------------------------------------------ calendar */

static const struct panel_column day_columns[] = {
    {"day", "Ngày", PANEL_DAY, NULL},
    {"works", "Là", PANEL_CHOICE, "true|làm việc;false|nghỉ"},
    {"source", "Nguồn", PANEL_CHOICE, "official|chính thức;proposed|dự kiến;set|đã đặt"},
    {"note", "Căn cứ", PANEL_TEXT, NULL},
    {.key = NULL}};

static const struct panel_form day_forms[] = {
    {"days",
     "Ghi ngày nghỉ, ngày làm bù",
     "Ghi",
     false,
     {{PANEL_FIXED, "f", NULL, NULL, "lich.csv"},
      {PANEL_FILE, "ngay", "Mỗi ngày một dòng: 2027-02-05,off,QĐ 31/QĐ-UBND (off nghỉ, work làm)",
       "required", NULL},
      {PANEL_OPTION, "post-office", "Riêng bưu cục (6 số)", POST_OFFICE, NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_calendar = {
    "/quay/lich",
    "Lịch nghỉ · Trao",
    RIGHT_SETTINGS,
    "Ngày không như thứ của nó: nghỉ lễ, làm bù.",
    {{"", "calendar", "*year", "days", day_columns, "Năm này chưa có ngày nào.", NULL, NULL, NULL}},
    day_forms,
    false};

/* ------------------------------------------------------------------ prices */

#define ZONE_WORDS                                                                                 \
    "all|Mọi vùng;commune|Cùng xã;province|Trong tỉnh;mountain|Miền núi;other|Tỉnh khác"

static const struct panel_column price_columns[] = {
    {"kind", "Loại", PANEL_CHOICE, "price|giá;exemption|giảm"},
    {"exemption", "Đối tượng", PANEL_TEXT, NULL},
    {"percent_off", "Giảm, %", PANEL_NUMBER, NULL},
    {"weight_to_g", "Đến, g", PANEL_NUMBER, NULL},
    {"zone", "Vùng", PANEL_CHOICE, ZONE_WORDS},
    {"price_vnd", "Giá", PANEL_VND, NULL},
    {"from", "Từ", PANEL_DAY, NULL},
    {"to", "Đến", PANEL_DAY, NULL},
    {"citation", "Căn cứ", PANEL_TEXT, NULL},
    {.key = NULL}};

static const struct panel_form price_forms[] = {
    {"price",
     "Ghi giá cước",
     "Ghi",
     false,
     {{PANEL_WORD, "can", "Đến bao nhiêu gam", "required inputmode=numeric maxlength=5", NULL},
      {PANEL_WORD, "vung", "Vùng", NULL, ZONE_WORDS},
      {PANEL_WORD, "gia", "Giá, đồng", "required inputmode=numeric maxlength=9", NULL},
      {PANEL_WORD, "can-cu", "Căn cứ: văn bản nào", CITATION, NULL},
      FROM,
      {PANEL_OPTION, "to", "Đến trước ngày", DAY, NULL}}},
    {"exemption",
     "Ghi miễn, giảm",
     "Ghi",
     false,
     {{PANEL_WORD, "doi-tuong", "Đối tượng, như ho-ngheo", "required maxlength=24", NULL},
      {PANEL_WORD, "giam", "Giảm bao nhiêu phần trăm", "required inputmode=numeric maxlength=3",
       NULL},
      {PANEL_WORD, "can-cu", "Căn cứ: văn bản nào", CITATION, NULL},
      FROM,
      {PANEL_OPTION, "to", "Đến trước ngày", DAY, NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_prices = {
    "/quay/gia",
    "Giá cước · Trao",
    RIGHT_SETTINGS,
    "Cước theo cân nặng, vùng; ai được miễn giảm. Giá mới không đổi bì đã định cước.",
    {{"", "prices", NULL, "prices", price_columns, "Chưa ghi giá nào.", NULL, NULL, NULL}},
    price_forms,
    false};

/* ------------------------------------------------------------------ procedures */

static const struct panel_column procedure_columns[] = {
    {"procedure", "Thủ tục", PANEL_LINK, "ten"},
    {"code", "Mã", PANEL_TEXT, NULL},
    {"post", "Trả qua bưu chính", PANEL_CHOICE, "true|có;false|không"},
    {"owner_only", "Giao cho", PANEL_CHOICE, "true|chỉ chủ hồ sơ;false|người nhận hộ được"},
    {"from", "Từ", PANEL_DAY, NULL},
    {"citation", "Căn cứ", PANEL_TEXT, NULL},
    {.key = NULL}};

static const struct panel_form procedure_forms[] = {
    {"procedure",
     "Ghi thủ tục đã công bố",
     "Ghi",
     false,
     {{PANEL_WORD, "ten", "Tên thủ tục", "required maxlength=300", NULL},
      {PANEL_OPTION, "code", "Mã thủ tục", "maxlength=32", NULL},
      {PANEL_OPTION, "post", "Trả qua bưu chính", NULL, "|Có;no|Không"},
      {PANEL_OPTION, "owner-only", "Giao cho", NULL, "|Người nhận hộ được;yes|Chỉ chủ hồ sơ"},
      {PANEL_OPTION, "citation", "Căn cứ: văn bản nào", "maxlength=200", NULL}}},
    {.verb = NULL},
};

const struct admin_page admin_procedures = {
    "/quay/thu-tuc",
    "Thủ tục · Trao",
    RIGHT_SETTINGS,
    "Thủ tục nào gửi được qua bưu điện, thủ tục nào chỉ giao chủ hồ sơ.",
    {{"", "procedures", NULL, "procedures", procedure_columns, "Chưa ghi thủ tục nào.", NULL, NULL,
      NULL}},
    procedure_forms,
    false};
