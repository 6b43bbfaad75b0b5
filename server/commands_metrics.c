/* commands_metrics.c - the server in numbers, for a scraper's text file and for people. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/metrics.h"

bool run_metrics(const struct commands *commands, const struct call *call, struct error *err)
{
    char *text;
    size_t n;
    if (commands->metrics == NULL)
        return error_set(err, ERROR_LATER, "metrics: the server is starting");
    if (!metrics_text(commands->metrics, commands->record, record_now(commands->record), &text, &n,
                      err))
        return false;
    (void)fwrite(text, 1, n, call->out);
    free(text);
    return true;
}

bool run_metricstoken(const struct commands *commands, const struct call *call, struct error *err)
{
    char token[METRICS_TOKEN_CHARS + 1];
    (void)err;
    metrics_token(commands->secret, token);
    answer_text(call->answer, "token", token);
    chain_wipe(token, sizeof token);
    return true;
}
