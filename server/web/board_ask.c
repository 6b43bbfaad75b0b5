#include "server/web/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/days.h"
#include "server/office/rounds.h"
#include "server/record/communes.h"
#include "server/record/premises.h"

/* ------------------------------------------------------------------ what is asked */

static bool read_day(const struct http_request *request, const char *key, int64_t *day,
                     struct error *err)
{
    const char *text = http_query(request, key);
    return text == NULL || *text == '\0' || day_read(text, day, err);
}

static bool read_words(const struct http_request *request, struct view_asked *asked,
                       struct error *err)
{
    const char *group = http_query(request, "nhom"), *clock = http_query(request, "dongho");
    return (group == NULL || view_group_named("nhom", group, &asked->group, err)) &&
           (clock == NULL || view_clock_named("dongho", clock, &asked->clock, err));
}

/* A month holds no more days than a board draws. */
static int64_t first_of_month(int64_t today)
{
    char text[CLOCK_TEXT_MAX];
    clock_iso_local(day_minute(today, 0), text, sizeof text);
    return today - (strtol(text + 8, NULL, 10) - 1);
}

bool board_ask_read(struct web *web, const struct http_request *request,
                    const struct person *person, struct board_ask *ret_ask,
                    struct http_answer *answer)
{
    struct instant now = web->config.clock.now(web->config.clock.self);
    int64_t today = day_of(now);
    struct board_ask ask = {.person = *person,
                            .asked = {.group = VIEW_GROUP_OFFICE,
                                      .clock = VIEW_CLOCK_POST,
                                      .from_day = first_of_month(today),
                                      .to_day = today,
                                      .now = now}};
    struct error err = {ERROR_NONE, ""};
    if (!read_day(request, "tu", &ask.asked.from_day, &err) ||
        !read_day(request, "den", &ask.asked.to_day, &err) ||
        !read_words(request, &ask.asked, &err)) {
        page_sentence(web, 400, "Ngày hoặc từ trong địa chỉ chưa đọc được.",
                      "A day or a word of the address cannot be read.", answer);
        return false;
    }
    if (person->offices_n > 0)
        ask.asked.group = VIEW_GROUP_OFFICE;
    struct rules rules;
    if (!views_ages(web->config.views, web->config.config->post_office, &ask.asked) ||
        !views_rules(web->config.views, &rules)) {
        answer->status = 503;
        return false;
    }
    struct schedule schedule = {&rules, web->config.config->post_office, now};
    ask.target_percent = (uint32_t)rule_value(&schedule, RULE_ON_TIME_TARGET, now);
    rules_done(&rules);
    *ret_ask = ask;
    return true;
}

void board_ask_put(const struct board_ask *ask, struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    html_format(html, "tu=%.10s&amp;den=%.10s&amp;nhom=%s&amp;dongho=%s",
                clock_iso_local(day_minute(ask->asked.from_day, 0), from, sizeof from),
                clock_iso_local(day_minute(ask->asked.to_day, 0), to, sizeof to),
                view_group_key(ask->asked.group), view_clock_key(ask->asked.clock));
}

/* ------------------------------------------------------------------ sums */

static void add_board(struct board *sum, const struct board *one)
{
    sum->due += one->due;
    sum->kept += one->kept;
    sum->kept_at_first += one->kept_at_first;
    sum->paused += one->paused;
    sum->not_yet += one->not_yet;
}

static void add_figure(struct view_figure *sum, const struct view_figure *one)
{
    add_board(&sum->board, &one->board);
    sum->attempted += one->attempted;
    sum->at_first += one->at_first;
    for (int i = 0; i < MARKS_REASONS; i++)
        sum->reasons[i] += one->reasons[i];
    sum->sent += one->sent;
    sum->scans += one->scans;
    sum->scanned += one->scanned;
    for (int i = 0; i < MARKS_STARS; i++)
        sum->stars[i] += one->stars[i];
    for (int i = 0; i < VIEW_AGES; i++)
        sum->open[i] += one->open[i];
}

/* Leaves the lines of the person's own offices. */
static size_t keep_own(const struct person *person, struct view_figure *lines, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (person_sees(person, (uint32_t)lines[i].key))
            lines[kept++] = lines[i];
    return kept;
}

bool board_lines_take(struct web *web, const struct board_ask *ask, enum view_clock clock,
                      struct view_figure **new_lines, size_t *ret_n)
{
    struct view_asked asked = ask->asked;
    asked.clock = clock;
    if (!views_figures(web->config.views, &asked, new_lines, ret_n))
        return false;
    if (ask->person.offices_n > 0)
        *ret_n = keep_own(&ask->person, *new_lines, *ret_n);
    return true;
}

/* Of all, or of a person's own offices. */
static bool sum_up(struct web *web, const struct board_ask *ask, enum view_clock clock,
                   struct view_figure *ret_sum)
{
    struct board_ask of = *ask;
    struct view_figure *lines;
    size_t n = 0;
    of.asked.group = ask->person.offices_n > 0 ? VIEW_GROUP_OFFICE : VIEW_GROUP_ALL;
    if (!board_lines_take(web, &of, clock, &lines, &n))
        return false;
    *ret_sum = (struct view_figure){.key = 0};
    for (size_t i = 0; i < n; i++)
        add_figure(ret_sum, &lines[i]);
    free(lines);
    return true;
}

bool board_sums_take(struct web *web, const struct board_ask *ask, struct board_sums *ret_sums)
{
    struct board_sums sums = {.n = 0};
    struct view_figure office;
    if (!sum_up(web, ask, VIEW_CLOCK_POST, &sums.all) ||
        !sum_up(web, ask, VIEW_CLOCK_OFFICE, &office) ||
        !board_lines_take(web, ask, ask->asked.clock, &sums.lines, &sums.n))
        return false;
    sums.post = sums.all.board;
    sums.office = office.board;
    *ret_sums = sums;
    return true;
}

void board_sums_done(struct board_sums *sums)
{
    free(sums->lines);
}

/* ------------------------------------------------------------------ names */

const char *board_group_word(enum view_group group)
{
    switch (group) {
    case VIEW_GROUP_ALL:
    case VIEW_GROUPS:
        return "tất cả";
    case VIEW_GROUP_ZONE:
        return "vùng";
    case VIEW_GROUP_OFFICE:
        return "cơ quan";
    case VIEW_GROUP_POST_OFFICE:
        return "bưu cục";
    case VIEW_GROUP_ROUND:
        return "tuyến";
    case VIEW_GROUP_POSTMAN:
        return "bưu tá";
    case VIEW_GROUP_COMMUNE:
        return "xã, phường";
    }
    return "";
}

static const char *zone_word(enum zone zone)
{
    static const char *const words[ZONES] = {[ZONE_COMMUNE] = "trong xã, phường",
                                             [ZONE_PROVINCE] = "trong tỉnh",
                                             [ZONE_MOUNTAIN] = "miền núi",
                                             [ZONE_OTHER] = "tỉnh khác"};
    return zone < ZONES && words[zone] != NULL ? words[zone] : "–";
}

static void put_premises(struct web *web, enum premises_kind kind, uint32_t number,
                         struct html *html)
{
    struct premises place;
    struct error none;
    struct record *record = readers_take(web->readers);
    bool known = premises_at(record, kind, number, (struct instant){INT64_MAX}, &place, &none);
    readers_give(web->readers, record);
    if (known)
        html_text(html, *place.name != '\0' ? place.name : place.code);
    else
        html_format(html, "%06u", (unsigned)number);
}

static void put_postman(struct web *web, uint32_t badge, struct html *html)
{
    struct postman postman;
    struct error none;
    char text[BADGE_TEXT_MAX];
    struct record *record = readers_take(web->readers);
    bool known = postman_get(record, badge, &postman, &none);
    readers_give(web->readers, record);
    html_put(html, badge_text(badge, text));
    if (!known)
        return;
    html_put(html, " ");
    html_text(html, postman.name);
}

static void put_commune(struct web *web, uint32_t code, struct html *html)
{
    struct commune commune;
    struct error none;
    struct record *record = readers_take(web->readers);
    bool known =
        commune_get(record, code, web->config.clock.now(web->config.clock.self), &commune, &none);
    readers_give(web->readers, record);
    if (!known) {
        html_format(html, "%05u", (unsigned)code);
        return;
    }
    html_text(html, commune.kind);
    html_put(html, " ");
    html_text(html, commune.name);
}

void board_key_put(struct web *web, enum view_group group, uint64_t key, struct html *html)
{
    char text[ROUND_TEXT_MAX];
    if (key == 0 && group != VIEW_GROUP_ZONE && group != VIEW_GROUP_ALL) {
        html_put(html, "chưa rõ");
        return;
    }
    switch (group) {
    case VIEW_GROUP_ALL:
    case VIEW_GROUPS:
        html_put(html, "tất cả");
        return;
    case VIEW_GROUP_ZONE:
        html_put(html, zone_word((enum zone)key));
        return;
    case VIEW_GROUP_OFFICE:
        put_premises(web, PREMISES_OFFICE, (uint32_t)key, html);
        return;
    case VIEW_GROUP_POST_OFFICE:
        put_premises(web, PREMISES_POST_OFFICE, (uint32_t)key, html);
        return;
    case VIEW_GROUP_ROUND:
        html_put(html, round_text(key, text));
        return;
    case VIEW_GROUP_POSTMAN:
        put_postman(web, (uint32_t)key, html);
        return;
    case VIEW_GROUP_COMMUNE:
        put_commune(web, (uint32_t)key, html);
        return;
    }
}
