#include "tests/server/browser.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void browser_in_group(struct browser *browser, act what, void *arg)
{
    struct acts acts = desk_rig_acts(&browser->rig.desk);
    assert_good(acts.run(acts.self, what, arg, &err));
}

static bool add_person(struct record *record, void *arg, struct error *err)
{
    struct person person = {.name = "quay", .role = ROLE_ADMINISTRATOR};
    strncpy(person.hash, arg, sizeof person.hash - 1);
    return person_add(record, &person, err);
}

static bool add_alike(struct record *record, void *arg, struct error *err)
{
    struct person *person = arg, quay;
    if (!person_find(record, "quay", &quay, err))
        return false;
    memcpy(person->hash, quay.hash, sizeof person->hash);
    return person_add(record, person, err) && person_find(record, person->name, person, err);
}

struct person browser_person(struct browser *browser, const char *name, enum role role,
                             uint32_t office)
{
    struct person person = {.role = role, .offices = {office}, .offices_n = office != 0};
    (void)snprintf(person.name, sizeof person.name, "%s", name);
    browser_in_group(browser, add_alike, &person);
    return person;
}

int browser_open(void **state)
{
    struct browser *browser = calloc(1, sizeof *browser);
    char hash[PERSON_HASH_MAX];
    web_rig_open(&browser->rig);
    /* As cheap as argon2id comes: what it costs is tested where passwords are. */
    assert_int_equal(crypto_pwhash_str(hash, BROWSER_PASSWORD, strlen(BROWSER_PASSWORD),
                                       crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN),
                     0);
    browser_in_group(browser, add_person, hash);
    *state = browser;
    return 0;
}

int browser_close(void **state)
{
    struct browser *browser = *state;
    web_rig_close(&browser->rig);
    free(browser);
    return 0;
}

/* Keeps what the last answer said to keep. */
static void browser_remember(struct browser *browser)
{
    const char *set = strstr(browser->rig.answer, "Set-Cookie: trao=");
    const char *csrf = strstr(browser->rig.answer, "name=dau value=");
    char token[80];
    if (set && sscanf(set, "Set-Cookie: trao=%79[^;]", token) == 1)
        (void)snprintf(browser->cookie, sizeof browser->cookie, "Cookie: trao=%s%s\r\n", token,
                       browser->english ? "; trao-ngu=en" : "");
    else if (set)
        browser->cookie[0] = '\0';
    if (csrf)
        assert_int_equal(sscanf(csrf, "name=dau value=%32s", browser->csrf), 1);
}

int browser_get(struct browser *browser, const char *path)
{
    int status = web_rig_get(&browser->rig, path, browser->cookie);
    browser_remember(browser);
    return status;
}

int browser_post_from(struct browser *browser, const char *path, const char *more_headers,
                      const char *fields)
{
    char headers[512], form[512];
    (void)snprintf(headers, sizeof headers, "%s%s", browser->cookie, more_headers);
    (void)snprintf(form, sizeof form, "dau=%s%s%s", browser->csrf, *fields ? "&" : "", fields);
    int status = web_rig_post(&browser->rig, path, headers, form);
    browser_remember(browser);
    return status;
}

int browser_post(struct browser *browser, const char *path, const char *fields)
{
    return browser_post_from(browser, path, "", fields);
}

void browser_done(struct browser *browser, const char *path, const char *fields)
{
    assert_int_equal(browser_get(browser, path), 200);
    int status = browser_post(browser, path, fields);
    if (status != 303)
        fail_msg("%s: %d %.1500s", fields, status,
                 strstr(browser->rig.answer, "<p class=loi")
                     ? strstr(browser->rig.answer, "<p class=loi")
                     : web_rig_body(&browser->rig));
}

void browser_log_in_as(struct browser *browser, const char *name)
{
    char form[128];
    (void)snprintf(form, sizeof form, "ten=%s&mk=mot+mat+khau+rat+dai", name);
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", form), 303);
    assert_true(web_rig_says(&browser->rig, "Location: /quay"));
}

void browser_log_in(struct browser *browser)
{
    browser_log_in_as(browser, "quay");
    assert_int_equal(browser_get(browser, "/quay"), 200);
}

bool browser_is_logged_in(struct browser *browser)
{
    return web_rig_get(&browser->rig, "/quay", browser->cookie) == 200;
}
