import Glibc

// A peer that closes its end is an error of that stream, never the end of the daemon.
signal(SIGPIPE, SIG_IGN)
exit(Program.run(arguments: Array(CommandLine.arguments.dropFirst())))
