#include "tests/server/control_rig.h"

#include "server/spooler.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *serve(void *arg)
{
    control_serve(arg);
    return NULL;
}

int open_asked(void **state)
{
    struct asked *asked = calloc(1, sizeof *asked);
    desk_rig_open(&asked->desk);
    asked->enrol = (struct enrol_desk){.acts = desk_rig_acts(&asked->desk),
                                       .clock = rig_clock(&asked->desk.rig),
                                       .chance = rig_chance(&asked->desk.rig)};
    assert_good(record_open_reader(asked->desk.rig.record_path, &asked->short_reader, &err));
    assert_good(record_open_reader(asked->desk.rig.record_path, &asked->long_reader, &err));
    asked->spooler = desk_rig_spooler(&asked->desk);
    asked->for_short = (struct commands){.folder = asked->desk.rig.dir,
                                         .program = "/proc/self/exe",
                                         .spooler = asked->spooler,
                                         .config = &asked->desk.config,
                                         .secret = asked->desk.secret,
                                         .acts = desk_rig_acts(&asked->desk),
                                         .views = asked->desk.rig.views,
                                         .record = asked->short_reader,
                                         .enrol = &asked->enrol};
    asked->for_long = asked->for_short;
    asked->for_long.record = asked->long_reader;
    assert_good(lanes_open(&asked->for_short, &asked->for_long, &asked->lanes, &err));
    assert_good(control_open(asked->desk.rig.dir, asked->lanes, &asked->control, &err));
    assert_int_equal(pthread_create(&asked->thread, NULL, serve, asked->control), 0);
    *state = asked;
    return 0;
}

int close_asked(void **state)
{
    struct asked *asked = *state;
    control_stop(asked->control);
    pthread_join(asked->thread, NULL);
    control_close(asked->control);
    lanes_close(asked->lanes);
    spooler_close(asked->spooler);
    record_close(asked->short_reader);
    record_close(asked->long_reader);
    desk_rig_close(&asked->desk);
    free(asked);
    return 0;
}

int ask(struct asked *asked, int fd, char *const *words)
{
    FILE *out = fmemopen(asked->out, sizeof asked->out, "w");
    FILE *err_out = fmemopen(asked->err, sizeof asked->err, "w");
    int argc = 0, status = -1;
    memset(asked->out, 0, sizeof asked->out);
    memset(asked->err, 0, sizeof asked->err);
    while (words[argc])
        argc++;
    assert_good(control_ask(asked->desk.rig.dir, argc, words, fd, out, err_out, &status, &err));
    (void)fclose(out);
    (void)fclose(err_out);
    return status;
}

void import_list(struct asked *asked)
{
    int fd = open(TESTS_DIR "/data/results.csv", O_RDONLY);
    assert_int_equal(ASK(asked, fd, "import", "somewhere/results.csv"), 0);
    close(fd);
}

/* What came through a file, as text. */
static void take_text(FILE *file, char *out, size_t size)
{
    rewind(file);
    size_t n = fread(out, 1, size - 1, file);
    out[n] = '\0';
    (void)fclose(file);
}

int run_admin(struct asked *asked, char *const *words)
{
    const char *argv[16] = {TRAO_ADMIN, "--data", asked->desk.rig.dir};
    FILE *out = tmpfile(), *err_out = tmpfile();
    assert_true(out && err_out);
    for (int i = 0; words[i]; i++) {
        assert_true(i < 12);
        argv[3 + i] = words[i];
    }
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fileno(out), 1);
        dup2(fileno(err_out), 2);
        execv(TRAO_ADMIN, (char *const *)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    take_text(out, asked->out, sizeof asked->out);
    take_text(err_out, asked->err, sizeof asked->err);
    return WEXITSTATUS(status);
}
