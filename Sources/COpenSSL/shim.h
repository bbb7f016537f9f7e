#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// OpenSSL's macros, which Swift does not import; each is one call and decides nothing.

/// SSL_CTX_set_min_proto_version for TLS 1.2.
static inline int perdure_ssl_at_least_tls12(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// SSL_CTX_set_mode: buffers of idle connections are given back.
static inline void perdure_ssl_release_buffers(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

/// SSL_CTX_set_options: no renegotiation.
static inline void perdure_ssl_no_renegotiation(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
}

/// SSL_set_tlsext_host_name.
static inline int perdure_ssl_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

/// BIO_pending.
static inline int perdure_bio_pending(BIO *bio) {
    return (int)BIO_ctrl_pending(bio);
}

/// BIO_set_mem_eof_return: an empty buffer means "not yet" and not "ended".
static inline void perdure_bio_wait_when_empty(BIO *bio) {
    BIO_set_mem_eof_return(bio, -1);
}

/// ERR_GET_LIB: whether an error is one of the TLS part.
static inline int perdure_err_is_ssl(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_SSL;
}

/// ERR_SYSTEM_ERROR and the number behind it: the errno of a failed system call, 0 for the library's own errors.
static inline int perdure_err_errno(unsigned long code) {
    return ERR_SYSTEM_ERROR(code) ? ERR_GET_REASON(code) : 0;
}

/// ERR_GET_REASON.
static inline int perdure_err_reason(unsigned long code) {
    return ERR_GET_REASON(code);
}
