#include "broker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

const char *broker_file(const struct broker *broker, const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", broker->folder, name);
    return path;
}

static void shell(const struct broker *broker, const char *command)
{
    char line[1024];
    int n =
        snprintf(line, sizeof line, "cd '%s' && { %s; } >>setup.log 2>&1", broker->folder, command);
    assert_in_range(n, 1, sizeof line - 1);
    if (system(line) != 0)
        fail_msg("failed: %s", line);
}

static uint16_t free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* An authority, a broker's certificate for the loopback and one for device HH-TEST; and another
 * authority, whose broker nobody should believe. */
static void make_certificates(const struct broker *broker)
{
    shell(broker, "openssl req -x509 -newkey ed25519 -nodes -keyout ca.key -out ca.pem -days 2 "
                  "-subj /CN=test-authority");
    shell(broker, "openssl req -newkey ed25519 -nodes -keyout broker.key -out broker.csr "
                  "-subj /CN=broker && printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >san && "
                  "openssl x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
                  "-days 2 -extfile san -out broker.pem");
    shell(broker, "openssl req -newkey ed25519 -nodes -keyout device.key -out device.csr "
                  "-subj /CN=HH-TEST && openssl x509 -req -in device.csr -CA ca.pem -CAkey ca.key "
                  "-CAcreateserial -days 2 -out device.pem");
    shell(broker, "openssl req -x509 -newkey ed25519 -nodes -keyout other.key -out other.pem "
                  "-days 2 -subj /CN=other-authority");
}

static void write_configuration(const struct broker *broker)
{
    FILE *f = fopen(broker_file(broker, "broker.conf"), "w");
    assert_non_null(f);
    (void)fprintf(f,
                  "listener %u 127.0.0.1\nallow_anonymous %s\nuser root\nmessage_size_limit 32768\n"
                  "max_packet_size 36864\nretain_available false\npersistence true\n"
                  "persistence_location %s/state/\nautosave_on_changes true\nautosave_interval 1\n"
                  "max_queued_messages 0\nmax_queued_bytes 1000000\n",
                  broker->port, broker->tls ? "false" : "true", broker->folder);
    if (broker->tls)
        (void)fprintf(f,
                      "cafile %s/ca.pem\ncertfile %s/broker.pem\nkeyfile %s/broker.key\n"
                      "require_certificate true\nuse_identity_as_username true\n"
                      "use_username_as_clientid true\ntls_version tlsv1.3\nacl_file %s/acl\n",
                      broker->folder, broker->folder, broker->folder, broker->folder);
    (void)fclose(f);
    f = fopen(broker_file(broker, "acl"), "w");
    assert_non_null(f);
    (void)fputs("pattern write trao/1/%u/up\npattern read trao/1/%u/down\n"
                "pattern readwrite trao/1/%u/echo\n",
                f);
    (void)fclose(f);
}

void broker_init(struct broker *broker, bool tls)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(broker->folder, sizeof broker->folder, "%s/broker-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(broker->folder));
    broker->port = free_port();
    broker->tls = tls;
    broker->pid = 0;
    if (tls)
        make_certificates(broker);
    write_configuration(broker);
}

static bool listens(const struct broker *broker)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(broker->port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool yes = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return yes;
}

static void become_broker(const struct broker *broker)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is killed leaves nothing running */
    int log = open(broker_file(broker, "broker.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, 1);
    dup2(log, 2);
    const char *conf = broker_file(broker, "broker.conf");
    execlp("mosquitto", "mosquitto", "-c", conf, (char *)NULL);
    execl("/usr/sbin/mosquitto", "mosquitto", "-c", conf, (char *)NULL);
    _exit(127);
}

void broker_start(struct broker *broker)
{
    shell(broker, "mkdir -p state");
    broker->pid = fork();
    assert_true(broker->pid >= 0);
    if (broker->pid == 0)
        become_broker(broker);
    for (int i = 0; i < 500; i++) {
        if (listens(broker))
            return;
        assert_int_equal(waitpid(broker->pid, NULL, WNOHANG), 0);
        poll(NULL, 0, 20);
    }
    fail_msg("the broker does not listen after 10 s");
}

void broker_kill(struct broker *broker, bool forget)
{
    if (broker->pid != 0) {
        kill(broker->pid, SIGKILL);
        waitpid(broker->pid, NULL, 0);
    }
    broker->pid = 0;
    if (forget)
        shell(broker, "rm -rf state");
}

void broker_freeze(struct broker *broker, bool frozen)
{
    assert_int_equal(kill(broker->pid, frozen ? SIGSTOP : SIGCONT), 0);
}

void broker_done(struct broker *broker)
{
    broker_kill(broker, true);
    char line[512];
    snprintf(line, sizeof line, "rm -rf '%s'", broker->folder);
    assert_int_equal(system(line), 0);
}
