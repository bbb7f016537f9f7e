// The C that Swift cannot import by itself: macros, variadics and functions behind _GNU_SOURCE.
// For the rooms that own a library or a descriptor; each function is one line and decides nothing.
//
// No system header here, and _GNU_SOURCE only in the .c files: with it, types look different from what Swift's Glibc module saw, and the
// compiler refuses the two side by side.
#ifndef PERDURE_CSHIMS_H
#define PERDURE_CSHIMS_H

/// accept(2) with the flags set in the same step, so that no descriptor leaks into a child between two calls.
/// `address` is a `struct sockaddr *`, `length` a `socklen_t *`.
int perdure_accept4(int descriptor, void *address, unsigned int *length);

/// The uid, gid and pid of the process at the other end of a Unix socket; 0, or -1 with errno.
int perdure_peer_credentials(int descriptor, unsigned int *uid, unsigned int *gid, int *pid);

/// eventfd(2), non-blocking and close-on-exec; the descriptor, or -1 with errno.
int perdure_eventfd(void);

/// Makes the eventfd readable. It cannot fail but by a full counter, which is readable too.
void perdure_eventfd_signal(int descriptor);

/// Makes the eventfd unreadable again.
void perdure_eventfd_take(int descriptor);

#endif
