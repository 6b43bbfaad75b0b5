/* docs/asyncapi.json says of the wire what the code does: topics, kinds with their field numbers,
 * limits, and no reference leads nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "protocol/session.h"
#include "protocol/topic.h"
#include "protocol/wire.h"
#include "trao.pb-c.h"

static json_t *load(void)
{
    json_error_t why;
    json_t *doc = json_load_file(TESTS_DIR "/../docs/asyncapi.json", JSON_REJECT_DUPLICATES, &why);
    if (doc == NULL)
        fail_msg("asyncapi.json:%d: %s", why.line, why.text);
    return doc;
}

/* What "#/a/b/c" leads to, or NULL. */
static json_t *follow(json_t *doc, const char *reference)
{
    char path[128];
    assert_true(strncmp(reference, "#/", 2) == 0 && strlen(reference) < sizeof path);
    strcpy(path, reference + 2);
    json_t *at = doc;
    for (char *rest = NULL, *key = strtok_r(path, "/", &rest); key != NULL;
         key = strtok_r(NULL, "/", &rest))
        at = json_object_get(at, key);
    return at;
}

static json_t *at(json_t *doc, const char *reference)
{
    json_t *value = follow(doc, reference);
    if (value == NULL)
        fail_msg("asyncapi.json has no %s", reference);
    return value;
}

static const char *text_at(json_t *doc, const char *reference)
{
    const char *text = json_string_value(at(doc, reference));
    assert_non_null(text);
    return text;
}

static void check_references(json_t *doc, json_t *value)
{
    const char *key;
    json_t *part;
    size_t i;
    json_object_foreach(value, key, part)
    {
        if (strcmp(key, "$ref") == 0)
            (void)at(doc, json_string_value(part));
        check_references(doc, part);
    }
    json_array_foreach(value, i, part) check_references(doc, part);
}

static void leads_nowhere_wrong(void **state)
{
    (void)state;
    json_t *doc = load();
    assert_string_equal(text_at(doc, "#/asyncapi"), "3.0.0");
    check_references(doc, doc);
    json_decref(doc);
}

/* The address of a channel with a device's name in it. */
static void fill_in(const char *address, const char *device, char out[TOPIC_MAX])
{
    const char *gap = strstr(address, "{device}");
    assert_non_null(gap);
    int n = snprintf(out, TOPIC_MAX, "%.*s%s%s", (int)(gap - address), address, device,
                     gap + strlen("{device}"));
    assert_in_range(n, 1, TOPIC_MAX - 1);
}

static void names_the_topics_of_the_code(void **state)
{
    (void)state;
    json_t *doc = load();
    const char *device =
        json_string_value(json_array_get(at(doc, "#/components/parameters/device/examples"), 0));
    char said[TOPIC_MAX], meant[TOPIC_MAX];
    assert_non_null(device);
    fill_in(text_at(doc, "#/channels/up/address"), device, said);
    assert_string_equal(said, topic_up(device, meant));
    fill_in(text_at(doc, "#/channels/down/address"), device, said);
    assert_string_equal(said, topic_down(device, meant));
    assert_int_equal(json_object_size(at(doc, "#/channels")), 2);
    assert_non_null(strstr(text_at(doc, "#/channels/up/description"), TOPIC_ALL_UP));
    snprintf(meant, sizeof meant, "1 to %d of", DEVICE_NAME_MAX);
    assert_non_null(strstr(text_at(doc, "#/components/parameters/device/description"), meant));
    json_decref(doc);
}

/* The message that stands for one field of Up or DownBody. */
static void check_kind(json_t *doc, const char *channel, const ProtobufCFieldDescriptor *field)
{
    char path[128];
    const ProtobufCMessageDescriptor *kind = field->descriptor;
    snprintf(path, sizeof path, "#/channels/%s/messages/%s/$ref", channel, field->name);
    const char *reference = text_at(doc, path);
    snprintf(path, sizeof path, "%s/x-trao-field", reference);
    assert_int_equal(json_integer_value(at(doc, path)), field->id);
    snprintf(path, sizeof path, "%s/x-trao-message", reference);
    assert_string_equal(text_at(doc, path), kind->short_name);
    snprintf(path, sizeof path, "%s/name", reference);
    assert_string_equal(text_at(doc, path), field->name);
}

/* As many kinds as the message has, each the right one. */
static void check_kinds(json_t *doc, const char *channel, const ProtobufCMessageDescriptor *body)
{
    char path[64];
    unsigned kinds = 0;
    for (unsigned i = 0; i < body->n_fields; i++) {
        if ((body->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
            continue;
        check_kind(doc, channel, &body->fields[i]);
        kinds++;
    }
    snprintf(path, sizeof path, "#/channels/%s/messages", channel);
    assert_int_equal(json_object_size(at(doc, path)), kinds);
}

static void names_every_kind_and_no_other(void **state)
{
    (void)state;
    json_t *doc = load();
    check_kinds(doc, "up", &trao__v1__up__descriptor);
    check_kinds(doc, "down", &trao__v1__down_body__descriptor);
    assert_int_equal(json_object_size(at(doc, "#/components/messages")),
                     json_object_size(at(doc, "#/channels/up/messages")) +
                         json_object_size(at(doc, "#/channels/down/messages")));
    json_decref(doc);
}

/* Every kind is in an operation: what comes up is received, what goes down is sent. */
static void has_an_operation_for_every_kind(void **state)
{
    (void)state;
    json_t *doc = load(), *operation;
    const char *name;
    size_t received = 0, sent = 0;
    json_object_foreach(at(doc, "#/operations"), name, operation)
    {
        const char *action = json_string_value(json_object_get(operation, "action"));
        size_t n = json_array_size(json_object_get(operation, "messages"));
        *(strcmp(action, "receive") == 0 ? &received : &sent) += n;
    }
    assert_int_equal(received, json_object_size(at(doc, "#/channels/up/messages")));
    assert_int_equal(sent, json_object_size(at(doc, "#/channels/down/messages")));
    json_decref(doc);
}

static void names_the_limits_of_the_code(void **state)
{
    (void)state;
    json_t *doc = load();
    char meant[64];
    snprintf(meant, sizeof meant, "at most %d,%03d bytes", WIRE_BYTES_MAX / 1000,
             WIRE_BYTES_MAX % 1000);
    assert_non_null(strstr(text_at(doc, "#/channels/up/description"), meant));
    assert_non_null(strstr(text_at(doc, "#/channels/down/description"), meant));
    assert_int_equal(
        json_integer_value(at(doc, "#/servers/broker/bindings/mqtt/sessionExpiryInterval")),
        SESSION_EXPIRY_S);
    assert_int_equal(json_integer_value(at(doc, "#/components/operationBindings/pipe/mqtt/qos")),
                     1);
    assert_true(json_is_false(at(doc, "#/components/operationBindings/pipe/mqtt/retain")));
    assert_true(json_is_false(at(doc, "#/servers/broker/bindings/mqtt/cleanSession")));
    json_decref(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leads_nowhere_wrong),
        cmocka_unit_test(names_the_topics_of_the_code),
        cmocka_unit_test(names_every_kind_and_no_other),
        cmocka_unit_test(has_an_operation_for_every_kind),
        cmocka_unit_test(names_the_limits_of_the_code),
    };
    return cmocka_run_group_tests_name("asyncapi", tests, NULL, NULL);
}
