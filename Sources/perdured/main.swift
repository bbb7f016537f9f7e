import CShims
import Glibc
import Store

// A peer that closes its end is an error of that stream, never the end of the daemon.
signal(SIGPIPE, SIG_IGN)
// What a turn needs is given back and needed again by the next: the heap keeps up to 8 MiB of it, since asking the system
// for it each time costs a call and a page fault for every 4 KiB.
perdure_keep_free_heap(8 << 20)
SQLiteLibrary.keepNoMemoryAccount()
exit(Program.run(arguments: Array(CommandLine.arguments.dropFirst())))
