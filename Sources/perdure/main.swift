import CommandLine
import Glibc

exit(ClientProgram.main())
