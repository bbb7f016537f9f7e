internal import CUV
import Glibc

extension EventLoop {
    /// The addresses of `host` in the order to try them, never empty on success. Names are asked for on the pool; numeric hosts need no resolver.
    package func resolve(
        host: String,
        port: UInt16,
        then: @escaping (Result<[SocketAddress], EventLoopError>) -> Void
    ) {
        if let address = SocketAddress(numericHost: host, port: port) {
            runSoon { then(.success([address])) }
            return
        }
        guard !host.isEmpty, !host.utf8.contains(0) else {
            runSoon { then(.failure(.nameNotResolved(host, reason: "it is no host name"))) }
            return
        }
        let question = NameQuestion(loop: self, host: host, port: port, then: then)
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        request.initialize(to: uv_getaddrinfo_t())
        request.pointee.data = Unmanaged.passRetained(question).toOpaque()
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        let status = uv_getaddrinfo(
            uv,
            request,
            { request, status, list in
                guard let request, let data = request.pointee.data else { return }
                request.deallocate()
                Unmanaged<NameQuestion>.fromOpaque(data).takeRetainedValue().answered(status: status, list: list)
                uv_freeaddrinfo(list)
            },
            host,
            nil,
            &hints
        )
        guard status != 0 else { return }
        request.deallocate()
        Unmanaged.passUnretained(question).release()
        runSoon { question.answered(status: status, list: nil) }
    }
}

private final class NameQuestion {
    private let loop: EventLoop
    private let host: String
    private let port: UInt16
    private let then: (Result<[SocketAddress], EventLoopError>) -> Void

    init(
        loop: EventLoop,
        host: String,
        port: UInt16,
        then: @escaping (Result<[SocketAddress], EventLoopError>) -> Void
    ) {
        self.loop = loop
        self.host = host
        self.port = port
        self.then = then
    }

    func answered(status: Int32, list: UnsafeMutablePointer<addrinfo>?) {
        guard loop.isOpen else { return }
        guard status == 0 else {
            then(.failure(.nameNotResolved(host, reason: String(cString: uv_strerror(status)))))
            return
        }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            var storage = sockaddr_storage()
            guard let address = entry.ai_addr, Int(entry.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else {
                continue
            }
            withUnsafeMutableBytes(of: &storage) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
            }
            guard let found = SocketAddress(storage: storage, length: entry.ai_addrlen)?.with(port: port) else {
                continue
            }
            if !addresses.contains(found) { addresses.append(found) }
        }
        guard !addresses.isEmpty else {
            then(.failure(.nameNotResolved(host, reason: "it has no address of a known kind")))
            return
        }
        then(.success(addresses))
    }
}
