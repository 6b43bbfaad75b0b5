#include "server/notify/kinds.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "server/notify/message.h"
#include "server/text/text.h"

static const struct kind kinds[] = {
#define KIND(STATUS, correction, key, gaps, name, vi, en)                                          \
    {                                                                                              \
        key, STATUS_##STATUS                                                                       \
        , correction, gaps, name                                                                   \
    }                                                                                              \
    ,
#include "server/notify/kinds.def"
#undef KIND
};

static const char *const slots[SLOTS] = {"vi", "en", "zns"};

const struct kind *kind_row(size_t i)
{
    return i < sizeof kinds / sizeof *kinds ? &kinds[i] : NULL;
}

const struct kind *kind_find(const char *key)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].key, key) == 0)
            return &kinds[i];
    return NULL;
}

const struct kind *kind_of(uint32_t status, bool correction)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].correction == correction && (correction || kinds[i].status == status))
            return &kinds[i];
    return NULL;
}

const char *slot_name(enum slot slot)
{
    return slots[slot];
}

bool slot_find(const char *name, enum slot *ret_slot)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (strcmp(slots[i], name) == 0) {
            *ret_slot = (enum slot)i;
            return true;
        }
    return false;
}

void kind_key(const struct kind *kind, enum slot slot, char out[FACT_KEY_MAX + 1])
{
    (void)snprintf(out, FACT_KEY_MAX + 1, "%s.%s", kind->key, slots[slot]);
}

const char *kind_words(const struct kind *kind, enum slot slot)
{
    if (slot == SLOT_ZNS)
        return "";
    return message_words(kind->status, kind->correction, slot == SLOT_EN);
}

/* Citizens read of "{cq}" by its name; a message says no name. */
char *kind_shown(const struct kind *kind, enum slot slot, char out[TEMPLATE_WORDS_MAX + 1])
{
    static const char office[] = "{cq}";
    char plain[TEMPLATE_WORDS_MAX + 1];
    text_unaccent(kind_words(kind, slot), plain, sizeof plain);
    const char *at = strstr(plain, office);
    size_t before = at != NULL ? (size_t)(at - plain) : strlen(plain);
    (void)snprintf(out, TEMPLATE_WORDS_MAX + 1, "%.*s%s%s", (int)before, plain,
                   at != NULL ? "co quan" : "", at != NULL ? at + sizeof office - 1 : "");
    return out;
}

/* ------------------------------------------------------------------ gaps */

/* A name in a list by commas. */
static bool lists(const char *list, const char *name, size_t n)
{
    for (const char *at = list; *at != '\0';) {
        size_t row = strcspn(at, ",");
        if (row == n && strncmp(at, name, n) == 0)
            return true;
        at += row + (at[row] == ',');
    }
    return false;
}

static bool check_gaps(const struct kind *kind, enum slot slot, const char *words,
                       struct error *err)
{
    for (const char *at = words; (at = strpbrk(at, "{}")) != NULL;) {
        size_t n = strcspn(at + 1, "{}");
        if (*at == '}' || at[1 + n] != '}')
            return error_set(err, ERROR_BAD_INPUT,
                             "«%.20s»: dấu { và } không đủ đôi. / braces do not match", at);
        if (!lists(kind->gaps, at + 1, n) &&
            !(slot == SLOT_ZNS && n == 2 && !memcmp(at + 1, "so", n)))
            return error_set(err, ERROR_BAD_INPUT,
                             "{%.*s}: tin này không có chỗ ấy; chỉ có %s. / no such gap here",
                             (int)(n < 20 ? n : 20), at + 1, kind->gaps);
        at += 1 + n + 1;
    }
    return true;
}

/* Square brackets make a part that goes as a whole: one in another is none. */
static bool check_brackets(const char *words, struct error *err)
{
    bool inside = false;
    for (const char *at = words; *at != '\0'; at++) {
        if (*at != '[' && *at != ']')
            continue;
        if (inside == (*at == '['))
            return error_set(err, ERROR_BAD_INPUT,
                             "«%.20s»: dấu [ và ] không đủ đôi. / brackets do not match", at);
        inside = *at == '[';
    }
    return !inside || error_set(err, ERROR_BAD_INPUT,
                                "thiếu dấu ] cuối cùng. / the last bracket is not closed");
}

/* ------------------------------------------------------------------ what no message holds */

/* "http", "www.", or letters, a full stop and letters, as names of hosts are [settled point 11]. */
static bool is_link(const char *word, size_t n)
{
    char folded[64];
    (void)snprintf(folded, sizeof folded, "%.*s", (int)(n < 63 ? n : 63), word);
    for (char *at = folded; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    if (strstr(folded, "://") || strncmp(folded, "www", 3) == 0 || strstr(folded, "http"))
        return true;
    for (const char *dot = strchr(folded, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
        if (dot > folded && isalnum((unsigned char)dot[-1]) && isalpha((unsigned char)dot[1]) &&
            isalpha((unsigned char)dot[2]))
            return true;
    return false;
}

#define DIGITS_MAX 8 /* hotlines have no more; phones and ID numbers have */

static bool check_content(const char *words, struct error *err)
{
    for (const char *at = words; *at != '\0';) {
        size_t n = strcspn(at, " ");
        if (is_link(at, n))
            return error_set(err, ERROR_BAD_INPUT,
                             "«%.*s»: tin nhắn không có liên kết; sau dấu chấm xin để một khoảng "
                             "trắng. / no links in messages",
                             (int)(n < 40 ? n : 40), at);
        size_t digits = 0;
        for (size_t i = 0; i < n; i++) {
            digits = isdigit((unsigned char)at[i]) ? digits + 1 : 0;
            if (digits > DIGITS_MAX)
                return error_set(err, ERROR_BAD_INPUT,
                                 "«%.*s»: tin nhắn không mang số điện thoại, số giấy tờ; số của cơ "
                                 "quan là {sdt}. / no numbers of persons in messages",
                                 (int)(n < 40 ? n : 40), at);
        }
        at += n + (at[n] == ' ');
    }
    return true;
}

/* The first character that makes a message UCS-2. */
static bool check_signs(const char *words, struct error *err)
{
    for (const char *at = words; *at != '\0';) {
        const char *begin = at;
        char one[8] = "";
        if (text_next(&at) == 0)
            break;
        memcpy(one, begin, (size_t)(at - begin));
        if (!words_segments(one).gsm7)
            return error_set(err, ERROR_BAD_INPUT,
                             "«%s»: tin nhắn không gửi được dấu này. / not in GSM-7", one);
    }
    return true;
}

/* ------------------------------------------------------------------ ZNS */

/* "247890 so={so},ngay={ngay}": each parameter is one gap. */
static bool check_zns(const char *words, struct error *err)
{
    size_t id = strspn(words, "0123456789");
    bool good = id >= 1 && id <= 20 && (words[id] == ' ' || words[id] == '\0');
    for (const char *at = words + id; good && *at != '\0';) {
        size_t name =
            strspn(++at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        const char *gap = at + name + 1;
        size_t n = name > 0 && name <= ZNS_NAME_MAX && at[name] == '=' && *gap == '{'
                       ? strcspn(gap, "}")
                       : 0;
        good = n > 0 && gap[n] == '}' && (gap[n + 1] == ',' || gap[n + 1] == '\0');
        at = gap + n + 1;
    }
    return good || error_set(err, ERROR_BAD_INPUT,
                             "mẫu ZNS viết như: 247890 so={so},ngay={ngay}. / number of the "
                             "template, then name={gap} by commas");
}

bool kind_check(const struct kind *kind, enum slot slot, const char *typed,
                char out[TEMPLATE_WORDS_MAX + 1], struct error *err)
{
    char clean[TEMPLATE_WORDS_MAX + 1], plain[TEMPLATE_WORDS_MAX + 1];
    if (!text_clean(typed, strlen(typed), clean, sizeof clean) || *clean == '\0')
        return error_set(err, ERROR_BAD_INPUT,
                         "lời: xin viết, nhiều nhất %d byte. / words are wanted, at most so many "
                         "bytes",
                         TEMPLATE_WORDS_MAX);
    text_unaccent(clean, plain, sizeof plain);
    if (!check_gaps(kind, slot, plain, err) ||
        (slot == SLOT_ZNS ? !check_zns(plain, err)
                          : !check_brackets(plain, err) || !check_content(plain, err) ||
                                !check_signs(plain, err)))
        return false;
    (void)snprintf(out, TEMPLATE_WORDS_MAX + 1, "%s", plain);
    return true;
}

/* ------------------------------------------------------------------ trying */

bool kind_try(enum slot slot, const char *words, const struct config *config,
              struct kind_preview *ret_preview, struct error *err)
{
    char longest[WORDS_MAX];
    *ret_preview = (struct kind_preview){.text = ""};
    if (slot == SLOT_ZNS) {
        message_try(words, config, false, ret_preview->text);
        return true;
    }
    message_try(words, config, true, longest);
    message_try(words, config, false, ret_preview->text);
    ret_preview->usual = words_segments(ret_preview->text);
    ret_preview->most = words_segments(longest);
    return ret_preview->most.parts <= KIND_PARTS_MAX ||
           error_set(err, ERROR_BAD_INPUT,
                     "%zu phần tin khi đủ chữ, nhiều nhất %d: xin viết ngắn hơn. / too many parts",
                     ret_preview->most.parts, KIND_PARTS_MAX);
}
