/* What a command says, as lines and as JSON, compared byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/answer.h"

struct said {
    char *text;
    size_t n;
    FILE *out;
    struct answer *answer;
};

static void begin(struct said *said, bool json)
{
    struct error err;
    *said = (struct said){.text = NULL};
    said->out = open_memstream(&said->text, &said->n);
    assert_non_null(said->out);
    assert_true(answer_open("list", json, said->out, &said->answer, &err));
}

static void end(struct said *said, const struct error *why, const char *wanted)
{
    struct error err;
    assert_true(answer_close(said->answer, why, &err));
    (void)fclose(said->out);
    assert_string_equal(said->text, wanted);
    free(said->text);
}

static void say_all(struct answer *answer)
{
    const char *const doubts[] = {"clock", "conflict"};
    answer_text(answer, "number", "BG-000001");
    answer_row(answer, "rows");
    answer_code(answer, "post_office", 6, 4800);
    answer_label(answer, "còn ");
    answer_number(answer, "left", -3);
    answer_time(answer, "since", (struct instant){INT64_C(1795568400000)});
    answer_day(answer, "day", (struct instant){INT64_C(1795568400000)});
    answer_row(answer, "rows");
    answer_text(answer, "name", NULL);
    answer_time(answer, "since", (struct instant){0});
    answer_flag(answer, "sealed", true, "sealed", "unsealed");
    answer_words(answer, "doubts", doubts, 2);
    answer_words(answer, "none", doubts, 0);
    answer_row(answer, NULL);
    answer_share(answer, "share", 16, 17);
    answer_share(answer, "empty", 0, 0);
    answer_say(answer, "Đã %s.", "xong");
}

static void as_lines(void **state)
{
    (void)state;
    struct said said;
    begin(&said, false);
    assert_false(answer_is_json(said.answer));
    say_all(said.answer);
    (void)fputs("raw\n", answer_lines(said.answer));
    end(&said, NULL,
        "BG-000001\n"
        "004800\tcòn -3\t2026-11-25T08:00:00+07:00\t2026-11-25\n"
        "-\t-\tsealed\tclock,conflict\tnone\n"
        "94,12 %\t–\n"
        "Đã xong.\n"
        "raw\n");
}

static void as_json(void **state)
{
    (void)state;
    struct said said;
    begin(&said, true);
    assert_true(answer_is_json(said.answer));
    say_all(said.answer);
    end(&said, NULL,
        "{\"command\":\"list\",\"ok\":true,\"number\":\"BG-000001\",\"rows\":["
        "{\"post_office\":\"004800\",\"left\":-3,\"since\":\"2026-11-25T08:00:00+07:00\","
        "\"day\":\"2026-11-25\"},"
        "{\"name\":null,\"since\":null,\"sealed\":true,\"doubts\":[\"clock\",\"conflict\"],"
        "\"none\":[]}],\"share\":94.12,\"empty\":null,\"said\":[\"Đã xong.\"]}\n");
}

static void words_alone_are_a_line(void **state)
{
    (void)state;
    const char *const words[] = {"a", "b"};
    struct said said;
    begin(&said, false);
    answer_words(said.answer, "words", words, 2);
    answer_say(said.answer, "%s", "next");
    end(&said, NULL, "a,b\nnext\n");
}

static void an_error_is_part_of_the_document(void **state)
{
    (void)state;
    struct error why;
    error_set(&why, ERROR_NOT_FOUND, "không thấy \"%s\"", "x");
    struct said said;
    begin(&said, true);
    answer_row(said.answer, "rows");
    answer_number(said.answer, "n", 1);
    end(&said, &why,
        "{\"command\":\"list\",\"ok\":false,\"rows\":[{\"n\":1}],\"error\":{\"code\":"
        "\"not-found\",\"text\":\"không thấy \\\"x\\\"\"}}\n");
    begin(&said, false);
    answer_number(said.answer, "n", 1);
    end(&said, &why, "1\n"); /* the sentence is the caller's to tell */
}

static void lines_without_names_are_kept(void **state)
{
    (void)state;
    struct said said;
    begin(&said, true);
    (void)fputs("a\tb\nc\xFF\n", answer_lines(said.answer));
    end(&said, NULL, "{\"command\":\"list\",\"ok\":true,\"lines\":[\"a\\tb\",\"c?\"]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_lines),
        cmocka_unit_test(as_json),
        cmocka_unit_test(words_alone_are_a_line),
        cmocka_unit_test(an_error_is_part_of_the_document),
        cmocka_unit_test(lines_without_names_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
