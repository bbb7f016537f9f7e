#define _GNU_SOURCE

#include "CShims.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int perdure_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int perdure_stream_socket_pair(int *first, int *second) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return -1;
    *first = pair[0];
    *second = pair[1];
    return 0;
}

int perdure_is_stream_socket(int descriptor) {
    int type = 0;
    socklen_t length = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return -1;
    return type == SOCK_STREAM;
}

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

int perdure_peer_groups(int descriptor, unsigned int *groups, int count) {
    socklen_t length = (socklen_t)count * sizeof *groups;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0) return -1;
    return (int)(length / sizeof *groups);
}

int perdure_die_with_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal);
}

void perdure_keep_free_heap(int bytes) {
    mallopt(M_TRIM_THRESHOLD, bytes);
    mallopt(M_TOP_PAD, bytes / 8);
}
