// The C that Swift cannot import by itself: macros, variadics and functions behind _GNU_SOURCE.
// For the rooms that own a library or a descriptor; each function is one line and decides nothing.
//
// No system header here, and _GNU_SOURCE only in the .c files: with it, types look different from what Swift's Glibc module saw, and the
// compiler refuses the two side by side.
#ifndef PERDURE_CSHIMS_H
#define PERDURE_CSHIMS_H

/// A non-blocking, close-on-exec stream socket of the family; the descriptor, or -1 with errno.
/// (Swift loses sight of the SOCK_ constants in release builds that import a library whose headers name them too.)
int perdure_stream_socket(int family);

/// Two connected Unix stream sockets, close-on-exec and blocking; 0, or -1 with errno.
int perdure_stream_socket_pair(int *first, int *second);

/// Whether the descriptor is a stream socket: 1 or 0; -1 with errno when it is no socket.
int perdure_is_stream_socket(int descriptor);

/// accept(2) with the flags set in the same step, so that no descriptor leaks into a child between two calls.
/// `address` is a `struct sockaddr *`, `length` a `socklen_t *`.
int perdure_accept4(int descriptor, void *address, unsigned int *length);

/// The uid, gid and pid of the process at the other end of a Unix socket; 0, or -1 with errno.
int perdure_peer_credentials(int descriptor, unsigned int *uid, unsigned int *gid, int *pid);

/// The supplementary groups of the process at the other end of a Unix socket, at most `count` of them; how many there
/// are, or -1 with errno (ERANGE when there are more).
int perdure_peer_groups(int descriptor, unsigned int *groups, int count);

/// prctl(PR_SET_PDEATHSIG): the process gets the signal when the thread that started it ends; 0, or -1 with errno.
int perdure_die_with_parent(int signal);

/// mallopt(3): the heap keeps up to `bytes` of what is free at its end instead of giving it back at once.
void perdure_keep_free_heap(int bytes);

#endif
