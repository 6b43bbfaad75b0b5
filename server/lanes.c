#include "server/lanes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Commands that wait for each other. */
struct lane {
    pthread_mutex_t running;
    const struct commands *commands;
};

struct lanes {
    struct lane for_short, for_long, for_keeping;
    pthread_mutex_t lock; /* guards the count */
    size_t long_ones;
};

bool lanes_open(const struct commands *for_short, const struct commands *for_long,
                struct lanes **ret_lanes, struct error *err)
{
    struct lanes *lanes = malloc(sizeof *lanes);
    if (!lanes)
        return error_set(err, ERROR_LATER, "commands: out of memory");
    *lanes = (struct lanes){.for_short = {PTHREAD_MUTEX_INITIALIZER, for_short},
                            .for_long = {PTHREAD_MUTEX_INITIALIZER, for_long},
                            .for_keeping = {PTHREAD_MUTEX_INITIALIZER, for_long},
                            .lock = PTHREAD_MUTEX_INITIALIZER};
    *ret_lanes = lanes;
    return true;
}

void lanes_close(struct lanes *lanes)
{
    if (!lanes)
        return;
    pthread_mutex_destroy(&lanes->for_short.running);
    pthread_mutex_destroy(&lanes->for_long.running);
    pthread_mutex_destroy(&lanes->for_keeping.running);
    pthread_mutex_destroy(&lanes->lock);
    free(lanes);
}

static bool is_long(const char *name)
{
    static const char *const long_ones[] = {"import",     "export",   "print",     "backup",
                                            "persondata", "erase",    "purge",     "purgeplan",
                                            "report",     "hookdead", "hookagain", "hooktest"};
    for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++)
        if (strcmp(long_ones[i], name) == 0)
            return true;
    return false;
}

/* The acts of an import, as long as somebody waits for it. */
struct asker {
    const struct call *call;
    struct acts acts;
};

static bool run_while_wanted(void *self, act what, void *arg, struct error *err)
{
    const struct asker *asker = self;
    const struct call *call = asker->call;
    if (call->wanted && !call->wanted(call->ctx, err))
        return false;
    return asker->acts.run(asker->acts.self, what, arg, err);
}

/* In turn. A print is not broken off: what stands in its folder is to be counted. */
static bool run_in_lane(struct lanes *lanes, const struct call *call, struct error *err)
{
    bool keeping = strcmp(call->argv[0], "backup") == 0;
    struct lane *lane = keeping                  ? &lanes->for_keeping
                        : is_long(call->argv[0]) ? &lanes->for_long
                                                 : &lanes->for_short;
    struct commands commands = *lane->commands;
    struct asker asker = {call, commands.acts};
    if (strcmp(call->argv[0], "import") == 0)
        commands.acts = (struct acts){run_while_wanted, &asker};
    pthread_mutex_lock(&lane->running);
    bool ok = commands_run(&commands, call, err);
    pthread_mutex_unlock(&lane->running);
    return ok;
}

static bool enter_long(struct lanes *lanes, struct error *err)
{
    pthread_mutex_lock(&lanes->lock);
    bool room = lanes->long_ones < LANES_LONG;
    lanes->long_ones += room;
    pthread_mutex_unlock(&lanes->lock);
    return room || error_set(err, ERROR_LATER,
                             "đang nhập và in nhiều việc khác, thử lại sau. / too many imports and "
                             "prints wait already, try again later");
}

static bool run_in_turn(struct lanes *lanes, const struct call *call, struct error *err)
{
    if (!is_long(call->argv[0]))
        return run_in_lane(lanes, call, err);
    if (!enter_long(lanes, err))
        return false;
    bool ok = run_in_lane(lanes, call, err);
    pthread_mutex_lock(&lanes->lock);
    lanes->long_ones--;
    pthread_mutex_unlock(&lanes->lock);
    return ok;
}

bool lanes_answer(struct lanes *lanes, struct call *call, bool json, FILE *out, struct error *err)
{
    struct error why;
    if (!answer_open(call->argv[0], json, out, &call->answer, err))
        return false;
    call->out = answer_lines(call->answer);
    bool ok = run_in_turn(lanes, call, err);
    if (answer_close(call->answer, ok ? NULL : err, &why))
        return ok;
    *err = ok ? why : *err;
    return false;
}

bool lanes_say(struct lanes *lanes, struct call *call, char **new_json, struct error *err)
{
    size_t n = 0;
    *new_json = NULL;
    FILE *out = open_memstream(new_json, &n);
    if (!out)
        return error_set(err, ERROR_LATER, "commands: out of memory");
    bool ok = lanes_answer(lanes, call, true, out, err);
    if (fclose(out) == 0 && *new_json)
        return ok;
    return error_set(err, ERROR_LATER, "commands: out of memory");
}

/* ------------------------------------------------------------------ kept with its answer */

struct keeping {
    struct commands commands;
    struct call *call;
    const struct act_kept *kept;
    char **json;
    bool done;
    struct error why;
};

static bool run_nested(void *self, act what, void *arg, struct error *err)
{
    return record_nested(self, what, arg, err);
}

static bool say_here(struct keeping *keeping, struct error *err)
{
    size_t n = 0;
    struct call *call = keeping->call;
    FILE *out = open_memstream(keeping->json, &n);
    if (!out)
        return error_set(err, ERROR_LATER, "commands: out of memory");
    bool open = answer_open(call->argv[0], true, out, &call->answer, err);
    if (open) {
        call->out = answer_lines(call->answer);
        keeping->done = commands_run(&keeping->commands, call, &keeping->why);
        open = answer_close(call->answer, keeping->done ? NULL : &keeping->why, err);
    }
    return (fclose(out) == 0 || error_set(err, ERROR_LATER, "commands: out of memory")) && open;
}

/* On the writer's thread; from the beginning again if its group had to be. */
static bool keep_act(struct record *record, void *arg, struct error *err)
{
    struct keeping *keeping = arg;
    free(*keeping->json);
    *keeping->json = NULL;
    keeping->why = (struct error){ERROR_NONE, ""};
    keeping->commands.acts = (struct acts){run_nested, record};
    if (!keeping->kept->before(keeping->kept->ctx, record, err) || !say_here(keeping, err))
        return false;
    if (!keeping->done && (keeping->why.code == ERROR_LATER || keeping->why.code == ERROR_BROKEN))
        return error_set(err, keeping->why.code, "%s", keeping->why.text);
    return keeping->kept->after(keeping->kept->ctx, record, keeping->done, &keeping->why,
                                *keeping->json, err);
}

bool lanes_say_kept(struct lanes *lanes, struct call *call, const struct act_kept *kept,
                    char **new_json, struct error *err)
{
    struct lane *lane = &lanes->for_short;
    struct keeping keeping = {
        .commands = *lane->commands, .call = call, .kept = kept, .json = new_json};
    *new_json = NULL;
    invariant(!is_long(call->argv[0]));
    pthread_mutex_lock(&lane->running); /* before the writer: who holds it may wait for that */
    struct acts acts = keeping.commands.acts;
    bool ok = acts.run(acts.self, keep_act, &keeping, err);
    pthread_mutex_unlock(&lane->running);
    if (ok && !keeping.done)
        *err = keeping.why;
    return ok && keeping.done;
}
