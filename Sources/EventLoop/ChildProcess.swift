import CShims
internal import CUV
import Glibc

/// How a child process ended.
package enum ChildExit: Equatable, Sendable {
    /// It left with this status.
    case exited(status: Int32)
    /// A signal ended it.
    case killed(signal: Int32)
}

/// A child process of ours. It is watched until it ends, also when nobody holds this.
package final class ChildProcess {
    private let handle: ChildHandle

    fileprivate init(handle: ChildHandle) { self.handle = handle }

    /// Its process id; another process's once it has ended.
    package var pid: Int32 { handle.pid }

    /// Sends a signal; nothing happens when the process has ended already.
    package func kill(_ signal: Int32) { handle.kill(signal) }
}

private final class ChildHandle: LoopHandle {
    private var onExit: ((ChildExit) -> Void)?

    init(loop: EventLoop, onExit: @escaping (ChildExit) -> Void) {
        self.onExit = onExit
        super.init(loop: loop, type: UV_PROCESS)
    }

    private var process: UnsafeMutablePointer<uv_process_t> { memory.assumingMemoryBound(to: uv_process_t.self) }

    var pid: Int32 { isOpen ? process.pointee.pid : -1 }

    func start(_ options: inout uv_process_options_t) -> Int32 {
        options.exit_cb = { process, status, signal in
            guard let data = process?.pointee.data else { return }
            Unmanaged<ChildHandle>.fromOpaque(data)._withUnsafeGuaranteedRef {
                $0.ended(status: status, signal: signal)
            }
        }
        let status = uv_spawn(loop.uv, process, &options)
        // libuv knows the handle also when it could not start the process.
        opened()
        if status != 0 { end() }
        return status
    }

    func kill(_ signal: Int32) {
        guard isOpen else { return }
        uv_process_kill(process, signal)
    }

    func end() {
        onExit = nil
        close()
    }

    override func closeOwner() { end() }

    private func ended(status: Int64, signal: Int32) {
        let body = onExit
        end()
        body?(signal == 0 ? .exited(status: Int32(truncatingIfNeeded: status)) : .killed(signal: signal))
    }
}

extension EventLoop {
    /// Starts the program at an absolute path with `path` and `arguments` as its argv, `environment` (`NAME=VALUE` each) as all of its environment,
    /// nothing as input and output, our standard error, and the `passing` descriptors as 3, 4 and so on; the caller closes its own copies of those.
    /// `onExit` is called once, unless the loop closes first (which does not end the process).
    package func spawn(
        path: String,
        arguments: [String],
        environment: [String],
        passing descriptors: [Int32],
        onExit: @escaping (ChildExit) -> Void
    ) throws(EventLoopError) -> ChildProcess {
        guard path.hasPrefix("/") else { throw .system(.spawn, subject: path, code: EINVAL) }
        let handle = ChildHandle(loop: self, onExit: onExit)
        var arguments = CStrings([path] + arguments)
        var environment = CStrings(environment)
        var channels = [uv_stdio_container_t](repeating: uv_stdio_container_t(), count: 3 + descriptors.count)
        channels[0].flags = UV_IGNORE
        channels[1].flags = UV_IGNORE
        channels[2].flags = UV_INHERIT_FD
        channels[2].data.fd = 2
        for (index, descriptor) in descriptors.enumerated() {
            channels[3 + index].flags = UV_INHERIT_FD
            channels[3 + index].data.fd = descriptor
        }
        let status = path.withCString { file in
            channels.withUnsafeMutableBufferPointer { channels in
                arguments.withPointers { arguments in
                    environment.withPointers { environment in
                        var options = uv_process_options_t()
                        options.file = file
                        options.args = arguments
                        options.env = environment
                        options.stdio_count = Int32(channels.count)
                        options.stdio = channels.baseAddress
                        return handle.start(&options)
                    }
                }
            }
        }
        guard status == 0 else { throw .system(.spawn, subject: path, code: -status) }
        return ChildProcess(handle: handle)
    }

    /// Two connected Unix stream sockets, close-on-exec: one to adopt, one to pass to a child. The caller owns both.
    package static func socketPair() throws(EventLoopError) -> (ours: Int32, theirs: Int32) {
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        guard perdure_stream_socket_pair(&ours, &theirs) == 0 else {
            throw .system(.makeSocket, subject: "a child process", code: errno)
        }
        return (ours, theirs)
    }
}

/// A zero-terminated array of C strings, for as long as it lives.
private struct CStrings: ~Copyable {
    private var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }

    mutating func withPointers<R>(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> R) -> R {
        pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    }
}
