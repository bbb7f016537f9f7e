import Glibc
import Introspection

/// `perdured-query DIRECTORY MEMORY`: answers SQL over the database in a state directory, with at most so many bytes of
/// memory. Started by perdured, which speaks to it over a socket on descriptor 3; of no use by hand.
@main
enum QueryProgram {
    /// Where perdured passes the socket.
    private static let socket: Int32 = 3

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 2, let directory = arguments.first,
            let memoryBytesMax = arguments.last.flatMap({ Int($0) })
        else {
            write(2, "perdured-query is started by perdured and is of no use by hand\n")
            exit(2)
        }
        ProcessLimits.apply(memoryBytesMax: memoryBytesMax)
        QueryWorkerProcess(socket: socket, directory: directory).run()
    }

    private static func write(_ descriptor: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
