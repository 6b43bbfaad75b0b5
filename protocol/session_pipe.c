#include "protocol/session_pipe.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#define GATHER_BYTES 32768 /* a message at its largest, or some sixty of one scan */

void session_pipe_gather(void *ssl)
{
    BIO *socket = ssl == NULL ? NULL : SSL_get_rbio(ssl);
    if (socket == NULL || socket != SSL_get_wbio(ssl))
        return;
    BIO *buffer = BIO_new(BIO_f_buffer());
    if (buffer == NULL)
        return;
    if (BIO_set_buffer_size(buffer, GATHER_BYTES) != 1 || BIO_up_ref(socket) != 1) {
        BIO_free(buffer);
        return;
    }
    BIO_push(buffer, socket);
    SSL_set_bio(ssl, buffer, buffer); /* lets go of what it held of the socket */
}

bool session_pipe_unread(void *ssl)
{
    return ssl != NULL && BIO_pending(SSL_get_rbio(ssl)) > 0;
}

bool session_pipe_unsent(void *ssl)
{
    return ssl != NULL && BIO_wpending(SSL_get_wbio(ssl)) > 0;
}

bool session_pipe_flush(void *ssl)
{
    return !session_pipe_unsent(ssl) || BIO_flush(SSL_get_wbio(ssl)) > 0 ||
           BIO_should_retry(SSL_get_wbio(ssl));
}
