import Glibc

// A peer that closes its end is an error of that stream, never the end of a measurement.
signal(SIGPIPE, SIG_IGN)
exit(BenchProgram.run(Array(CommandLine.arguments.dropFirst())))
