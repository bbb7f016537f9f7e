#define _GNU_SOURCE

#include "CShims.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

int perdure_accept4(int descriptor, void *address, unsigned int *length) {
    return accept4(descriptor, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int perdure_peer_credentials(int descriptor, unsigned int *uid, unsigned int *gid, int *pid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    *uid = credentials.uid;
    *gid = credentials.gid;
    *pid = credentials.pid;
    return 0;
}

int perdure_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void perdure_eventfd_signal(int descriptor) { (void)eventfd_write(descriptor, 1); }

void perdure_eventfd_take(int descriptor) {
    eventfd_t count;
    (void)eventfd_read(descriptor, &count);
}
