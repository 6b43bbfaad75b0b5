/* admin_pages.c - which pages the administrator has, in the order of their ways. */
#include "server/web/admin_pages_inside.h"

const struct panel_form admin_no_forms[] = {{.verb = NULL}};

static const struct admin_page *const pages[] = {
    &admin_cases,      &admin_money,    &admin_people, &admin_postmen,  &admin_places,
    &admin_numbers,    &admin_printers, &admin_rules,  &admin_calendar, &admin_prices,
    &admin_procedures, &admin_training, &admin_hooks,  &admin_fields,   &admin_plan,
};

const struct admin_page *admin_page(size_t i)
{
    return i < sizeof pages / sizeof pages[0] ? pages[i] : NULL;
}
