/* admin_daily.c - the administrator's pages of every day: cases and money. */
#include "server/web/admin_pages_inside.h"

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

const struct admin_page admin_cases = {
    "/quay/vu-viec",
    "Vụ việc · Trao",
    RIGHT_CASES,
    "Gần hạn trước. Trả lời trong hạn; vụ còn mở thì đồng hồ của bì chưa dừng.",
    {{"", "cases", NULL, "cases", case_columns, "Không có vụ việc nào đang mở.", NULL, NULL, NULL}},
    case_forms,
    true};

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

const struct admin_page admin_money = {
    "/quay/tien",
    "Tiền các ca · Trao",
    RIGHT_MONEY,
    "Tiền thu tại cửa, tiền bưu tá đã nộp, tiền còn. Ca lệch thì nộp nốt, hoặc nêu chênh.",
    {{"", "shifts", "*days", "shifts", shift_columns, "Không có ca nào thu tiền.", NULL, NULL,
      NULL}},
    money_forms,
    true};
