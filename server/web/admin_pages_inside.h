/* admin_pages_inside.h - the administrator's pages, each with its columns and forms in a file of
 * its like (admin_daily.c, admin_people.c, admin_places.c, admin_rules.c, admin_hooks.c,
 * admin_law.c), and the words that several share. For them and admin_pages.c, which has their
 * order. */
#ifndef TRAO_SERVER_WEB_ADMIN_PAGES_INSIDE_H
#define TRAO_SERVER_WEB_ADMIN_PAGES_INSIDE_H

#include "server/web/admin_pages.h"

/* Of every day. */
extern const struct admin_page admin_cases, admin_money;
/* Who works here. */
extern const struct admin_page admin_people, admin_postmen, admin_training;
/* Where, and with what. */
extern const struct admin_page admin_places, admin_numbers, admin_printers;
/* By which rules. */
extern const struct admin_page admin_rules, admin_calendar, admin_prices, admin_procedures;
/* Offices' own systems. */
extern const struct admin_page admin_hooks;
/* The data law. */
extern const struct admin_page admin_fields, admin_plan;

extern const struct panel_form admin_no_forms[];
extern const struct panel_column admin_place_columns[];

#define DAY "type=date"
#define CITATION "required maxlength=200"
#define POST_OFFICE "list=bc inputmode=numeric maxlength=6"
#define ROLES                                                                                          \
    "clerk|Nhân viên quầy;reader|Cơ quan theo dõi;dispatcher|Điều phối;manager|Quản lý;" \
    "administrator|Quản trị;auditor|Kiểm tra"
#define FROM                                                                                       \
    {                                                                                              \
        PANEL_OPTION, "from", "Từ ngày (trống: từ bây giờ)", DAY, NULL                             \
    }

/* Sections of several pages: what their fields offer. */
#define OFFICES(title)                                                                             \
    {                                                                                              \
        title, "offices", NULL, "premises", admin_place_columns, "Chưa ghi cơ quan nào.", "cq",    \
            "code", "name"                                                                         \
    }
#define POST_OFFICES                                                                               \
    {                                                                                              \
        "Bưu cục", "postoffices", NULL, "premises", admin_place_columns, "Chưa ghi bưu cục nào.",  \
            "bc", "code", "name"                                                                   \
    }

#endif
