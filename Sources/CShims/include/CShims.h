// The C that Swift cannot import by itself: macros, variadics and functions behind _GNU_SOURCE.
// For the rooms that own a library or a descriptor; each function is one line and decides nothing.
#ifndef PERDURE_CSHIMS_H
#define PERDURE_CSHIMS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <fcntl.h>
#include <sys/socket.h>

/// accept(2) with the flags set in the same step, so that no descriptor leaks into a child between two calls.
int perdure_accept4(int descriptor, struct sockaddr *address, socklen_t *length);

/// The uid, gid and pid of the process at the other end of a Unix socket; 0, or -1 with errno.
int perdure_peer_credentials(int descriptor, unsigned int *uid, unsigned int *gid, int *pid);

#endif
