#include "server/web/admin_pages.h"

#define DAY "type=date"
#define CITATION "required maxlength=200"
#define CODE "required maxlength=32 autocapitalize=characters spellcheck=false"
#define POST_OFFICE "list=bc inputmode=numeric maxlength=6"
#define LAYOUTS                                                                                        \
    "dl|Phong bì DL 220×110;c5|Phong bì C5;c4|Phong bì C4;thermal-100x150|Nhãn nhiệt 100×150;" \
    "thermal-76x50|Nhãn nhiệt 76×50;sheet-2x4|Tờ A4 8 nhãn;sheet-3x8|Tờ A4 24 nhãn;"         \
    "bang-ke|Giấy A4, bảng kê"
#define ROLES                                                                                          \
    "clerk|Nhân viên quầy;reader|Cơ quan theo dõi;dispatcher|Điều phối;manager|Quản lý;" \
    "administrator|Quản trị;auditor|Kiểm tra"
#define FROM                                                                                       \
    {                                                                                              \
        PANEL_OPTION, "from", "Từ ngày (trống: từ bây giờ)", DAY, NULL                             \
    }

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

/* ------------------------------------------------------------------ registry */

static const struct panel_column place_columns[] = {
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

/* ------------------------------------------------------------------ prices */

static const struct panel_column price_columns[] = {
    {"kind", "Loại", PANEL_CHOICE, "price|giá;exemption|giảm"},
    {"exemption", "Đối tượng", PANEL_TEXT, NULL},
    {"percent_off", "Giảm, %", PANEL_NUMBER, NULL},
    {"weight_to_g", "Đến, g", PANEL_NUMBER, NULL},
    {"zone", "Vùng", PANEL_TEXT, NULL},
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
      {PANEL_WORD, "vung", "Vùng", NULL,
       "all|Mọi vùng;commune|Cùng xã;province|Trong tỉnh;mountain|Miền núi;other|Tỉnh khác"},
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

static const struct panel_form no_forms[] = {{.verb = NULL}};

/* ------------------------------------------------------------------ webhooks */

#define EVENTS                                                                                     \
    "handed_over|bàn giao;failed|phát hỏng;waiting|chờ nhận;delivered|đã "               \
    "giao;returning|đang hoàn;returned|đã hoàn;recalled|thu hồi;lost|thất "               \
    "lạc;unclaimed|không người nhận"

static const struct panel_column hook_columns[] = {
    {"name", "Tên", PANEL_LINK, "ten"},
    {"state", "Tình trạng", PANEL_CHOICE,
     "well|tốt;failing|chưa trả lời;dead|KHÔNG TRẢ LỜI;off|đã tắt;starting|đang bắt "
     "đầu;unreached|KHÔNG GỌI ĐƯỢC: máy "
     "ngoài "
     "danh sách"},
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

/* ------------------------------------------------------------------ the data law */

static const struct panel_column field_columns[] = {
    {"name", "Trường", PANEL_OURS, NULL},     {"purpose", "Để làm gì", PANEL_OURS, NULL},
    {"ground", "Căn cứ", PANEL_OURS, NULL},   {"kept", "Giữ bao lâu", PANEL_OURS, NULL},
    {"where", "Nằm ở đâu", PANEL_OURS, NULL}, {.key = NULL}};

static const struct panel_column plan_columns[] = {
    {"month", "Tháng", PANEL_TEXT, NULL}, {"items", "Hồ sơ", PANEL_NUMBER, NULL}, {.key = NULL}};

/* ------------------------------------------------------------------ cases */

#define ITEM_INPUT "required maxlength=40 autocapitalize=characters spellcheck=false"
#define CASE_KINDS                                                                                                   \
    "not-received|Chưa nhận được;damaged|Hư hỏng;lost|Thất lạc;late|Chậm;disputed|Đã báo phát, " \
    "người nhận nói chưa;money|Tiền chưa khớp"
#define OUTCOMES                                                                                         \
    "delivered|Đã phát đúng;not-delivered|Đúng là chưa phát;compensated|Đã bồi thường;" \
    "unfounded|Không có cơ sở;withdrawn|Người nêu rút lại;settled|Đã giải quyết"

static const struct panel_column case_columns[] = {
    {"item", "Số phong bì", PANEL_ITEM, NULL},
    {"kind", "Việc gì", PANEL_CHOICE, CASE_KINDS},
    {"opener", "Ai nêu", PANEL_CHOICE, "citizen|người dân;office|cơ quan;rule|tự mở theo quy tắc"},
    {"opened", "Mở ngày", PANEL_DAY, NULL},
    {"answered", "Trả lời ngày", PANEL_DAY, NULL},
    {"until", "Hạn", PANEL_DAY, NULL},
    {"days_left", "Còn, ngày", PANEL_NUMBER, NULL},
    {"proposed_vnd", "Bồi thường theo luật", PANEL_VND, NULL},
    {"item", "Làm gì", PANEL_FILL, "bi=item;loai=kind|Trả lời, kết thúc"},
    {.key = NULL}};

#define CASE_ITEM                                                                                  \
    {                                                                                              \
        PANEL_WORD, "bi", "Số phong bì", ITEM_INPUT, NULL                                          \
    }
#define CASE_KIND                                                                                  \
    {                                                                                              \
        PANEL_WORD, "loai", "Việc gì", NULL, CASE_KINDS                                            \
    }
#define EVIDENCE(label)                                                                            \
    {                                                                                              \
        PANEL_WORD, "chung-cu", label, "required maxlength=200", NULL                              \
    }

static const struct panel_form case_forms[] = {
    {"answer",
     "Trả lời vụ việc",
     "Ghi trả lời",
     false,
     {CASE_ITEM,
      CASE_KIND,
      EVIDENCE("Công văn trả lời, ngày"),
      {PANEL_OPTION, "liable", "Nhận bồi thường, đồng", "inputmode=numeric", NULL}}},
    {"close",
     "Kết thúc vụ việc",
     "Kết thúc",
     false,
     {CASE_ITEM,
      CASE_KIND,
      {PANEL_WORD, "ket-qua", "Kết quả", NULL, OUTCOMES},
      EVIDENCE("Chứng cứ: biên bản, phiếu chi"),
      {PANEL_OPTION, "paid", "Đã bồi thường, đồng", "inputmode=numeric", NULL}}},
    {"case",
     "Mở vụ việc",
     "Mở",
     false,
     {CASE_ITEM,
      CASE_KIND,
      EVIDENCE("Ai nêu, khi nào, đơn nào"),
      {PANEL_OPTION, "from", "Ai nêu", NULL, "citizen|người dân;office|cơ quan"}}},
    {.verb = NULL},
};

/* ------------------------------------------------------------------ money */

static const struct panel_column shift_columns[] = {
    {"day", "Ngày", PANEL_DAY, NULL},
    {"badge", "Bưu tá", PANEL_TEXT, NULL},
    {"postage_taken_vnd", "Cước thu", PANEL_VND, NULL},
    {"fees_taken_vnd", "Phí thu", PANEL_VND, NULL},
    {"postage_given_vnd", "Cước nộp", PANEL_VND, NULL},
    {"fees_given_vnd", "Phí nộp", PANEL_VND, NULL},
    {"postage_left_vnd", "Cước còn", PANEL_VND, NULL},
    {"fees_left_vnd", "Phí còn", PANEL_VND, NULL},
    {"even", "Khớp", PANEL_CHOICE, "true|khớp;false|LỆCH"},
    {"badge", "Làm gì", PANEL_FILL, "the=badge;ngay=day|Ghi nộp, nêu chênh"},
    {.key = NULL}};

#define SHIFT_WORDS                                                                                \
    {PANEL_WORD, "the", "Bưu tá (thẻ)", "required placeholder=TH-12", NULL},                       \
    {                                                                                              \
        PANEL_WORD, "ngay", "Ca ngày", "type=date required", NULL                                  \
    }
#define SUMS                                                                                       \
    {PANEL_OPTION, "postage", "Cước, đồng", "inputmode=numeric", NULL},                            \
    {                                                                                              \
        PANEL_OPTION, "fees", "Phí, lệ phí, đồng", "inputmode=numeric", NULL                       \
    }

static const struct panel_form money_forms[] = {
    {"remit",
     "Bưu tá nộp tiền ca",
     "Ghi đã nộp",
     false,
     {SHIFT_WORDS,
      EVIDENCE("Phiếu nộp"),
      SUMS,
      {PANEL_OPTION, "giver", "Người nộp", "required maxlength=80", NULL},
      {PANEL_OPTION, "taker", "Người nhận", "required maxlength=80", NULL}}},
    {"unbalanced",
     "Nêu chênh của một ca",
     "Ghi chênh",
     false,
     {SHIFT_WORDS,
      {PANEL_WORD, "chieu", "Chênh", NULL, "short|thiếu;over|thừa"},
      EVIDENCE("Vì sao"),
      SUMS}},
    {.verb = NULL},
};

/* ------------------------------------------------------------------ all of them */

#define OFFICES(title)                                                                             \
    {                                                                                              \
        title, "offices", NULL, "premises", place_columns, "Chưa ghi cơ quan nào.", "cq", "code",  \
            "name"                                                                                 \
    }
#define POST_OFFICES                                                                               \
    {                                                                                              \
        "Bưu cục", "postoffices", NULL, "premises", place_columns, "Chưa ghi bưu cục nào.", "bc",  \
            "code", "name"                                                                         \
    }

static const struct admin_page pages[] = {
    {"/quay/vu-viec",
     "Vụ việc · Trao",
     RIGHT_CASES,
     "Gần hạn trước. Trả lời trong hạn; vụ còn mở thì đồng hồ của bì chưa dừng.",
     {{"", "cases", NULL, "cases", case_columns, "Không có vụ việc nào đang mở.", NULL, NULL,
       NULL}},
     case_forms,
     true},
    {"/quay/tien",
     "Tiền các ca · Trao",
     RIGHT_MONEY,
     "Tiền thu tại cửa, tiền bưu tá đã nộp, tiền còn. Ca lệch thì nộp nốt, hoặc nêu chênh.",
     {{"", "shifts", "*days", "shifts", shift_columns, "Không có ca nào thu tiền.", NULL, NULL,
       NULL}},
     money_forms,
     true},
    {"/quay/nguoi",
     "Người dùng · Trao",
     RIGHT_PEOPLE,
     "Mật khẩu một lần hiện đúng một lần. Tắt tài khoản là thoát ngay mọi máy.",
     {{"", "people", NULL, "people", people_columns, "Chưa có ai.", "nguoi", "name", "role"},
      OFFICES("Mã cơ quan")},
     people_forms,
     false},
    {"/quay/buu-ta",
     "Bưu tá · Trao",
     RIGHT_ROUNDS,
     "Thẻ, PIN, bưu cục của từng bưu tá. PIN mới hiện đúng một lần.",
     {{"", "postmen", NULL, "postmen", postmen_columns, "Chưa có bưu tá.", NULL, NULL, NULL},
      POST_OFFICES},
     postmen_forms,
     false},
    {"/quay/danh-ba",
     "Cơ quan, bưu cục · Trao",
     RIGHT_SETTINGS,
     "Đổi gì thì có hiệu lực từ ngày ghi; trước ngày đó vẫn như cũ.",
     {OFFICES("Cơ quan"),
      POST_OFFICES,
      {"Điểm nhận", "pickups", NULL, "premises", place_columns, "Chưa ghi điểm nhận nào.", NULL,
       NULL, NULL}},
     place_forms,
     false},
    {"/quay/dai-so",
     "Dải số · Trao",
     RIGHT_SETTINGS,
     "Số phong bì mỗi bưu cục được dùng. Hết số thì không nhập, không in được.",
     {{"", "ranges", NULL, "ranges", range_columns, "Chưa có dải số nào.", NULL, NULL, NULL},
      POST_OFFICES},
     range_forms,
     false},
    {"/quay/may-in",
     "Máy in · Trao",
     RIGHT_SETTINGS,
     "Phong bì và bảng kê in ở máy nào, giấy gì đang nạp. Việc đang in ở trang In.",
     {{"", "printers", NULL, "printers", printer_columns, "Chưa có máy in: quầy in bằng tệp PDF.",
       "mayin", "printer", "where"},
      {"Lệnh in", "printjobs", NULL, "jobs", print_job_columns, "Không có lệnh nào.", NULL, NULL,
       NULL},
      POST_OFFICES},
     printer_forms,
     false},
    {"/quay/tham-so",
     "Tham số · Trao",
     RIGHT_SETTINGS,
     "Mỗi số có căn cứ và ngày có hiệu lực. Đặt mới không xóa cái cũ.",
     {{"", "rules", NULL, "rules", rule_columns, "", "thamso", "rule", "name"}},
     rule_forms,
     false},
    {"/quay/lich",
     "Lịch nghỉ · Trao",
     RIGHT_SETTINGS,
     "Ngày không như thứ của nó: nghỉ lễ, làm bù.",
     {{"", "calendar", "*year", "days", day_columns, "Năm này chưa có ngày nào.", NULL, NULL,
       NULL}},
     day_forms,
     false},
    {"/quay/gia",
     "Giá cước · Trao",
     RIGHT_SETTINGS,
     "Cước theo cân nặng, vùng; ai được miễn giảm. Giá mới không đổi bì đã định cước.",
     {{"", "prices", NULL, "prices", price_columns, "Chưa ghi giá nào.", NULL, NULL, NULL}},
     price_forms,
     false},
    {"/quay/thu-tuc",
     "Thủ tục · Trao",
     RIGHT_SETTINGS,
     "Thủ tục nào gửi được qua bưu điện, thủ tục nào chỉ giao chủ hồ sơ.",
     {{"", "procedures", NULL, "procedures", procedure_columns, "Chưa ghi thủ tục nào.", NULL, NULL,
       NULL}},
     procedure_forms,
     false},
    {"/quay/dao-tao",
     "Cần tập gì · Trao",
     RIGHT_AUDIT,
     "Tính từ việc đã ghi, để dạy nghề, không để phạt.",
     {{"", "training", NULL, "people", training_columns, "Chưa có ai.", NULL, NULL, NULL}},
     no_forms,
     false},
    {"/quay/bao-tin",
     "Báo tin cho cơ quan · Trao",
     RIGHT_HOOKS,
     "Phần mềm của cơ quan được báo khi bì giao xong, không giao được, hoàn. Máy nhận phải được "
     "người trông máy chủ cho phép trước; gửi thử thì trả lời hiện ngay ở đây.",
     {{"", "hooks", NULL, "hooks", hook_columns, "Chưa có webhook nào.", "wh", "name", "url"},
      {"Việc báo hỏng", "hookdead", NULL, "hookdead", dead_columns, "Không có việc nào báo hỏng.",
       NULL, NULL, NULL},
      OFFICES("Mã cơ quan")},
     hook_forms,
     false},
    {"/quay/du-lieu/truong",
     "Giữ gì, để làm gì, bao lâu · Trao",
     RIGHT_LAW_READ,
     "Mỗi trường có mục đích, căn cứ và hạn; hết hạn thì tự xóa.",
     {{"", "fields", NULL, "fields", field_columns, "", NULL, NULL, NULL}},
     no_forms,
     false},
    {"/quay/du-lieu/ke-hoach",
     "Sắp đến hạn xóa · Trao",
     RIGHT_LAW_READ,
     "Máy chủ tự xóa mỗi ngày. Bì còn vụ việc mở, đang giữ theo yêu cầu hoặc chưa kết thúc thì "
     "chưa "
     "tính.",
     {{"", "purgeplan", NULL, "purgeplan", plan_columns, "Chưa có hồ sơ nào đã kết thúc.", NULL,
       NULL, NULL}},
     no_forms,
     false},
};

const struct admin_page *admin_page(size_t i)
{
    return i < sizeof pages / sizeof *pages ? &pages[i] : NULL;
}
