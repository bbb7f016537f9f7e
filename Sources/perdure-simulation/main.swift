import Glibc

exit(await SimulationProgram.run(Array(CommandLine.arguments.dropFirst())))
