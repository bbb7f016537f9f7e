import FoundationEssentials

/// An authority of a test's own, and certificates from it, all made with the `openssl` command.
struct CertificateAuthority {
    let directory: String

    /// The authority's own certificate, for whoever shall trust it.
    var certificate: String { directory + "/ca.pem" }

    init(in directory: String) throws {
        self.directory = directory
        try openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=perdure test authority", "-keyout", directory + "/ca.key", "-out", certificate,
            ]
        )
    }

    /// A certificate for `names` (`DNS:…`, `IP:…`) that is valid for so many days from now on, or was until as many ago.
    func issue(_ name: String, for names: String = "DNS:localhost,IP:127.0.0.1", days: Int = 1) throws
        -> (certificate: String, key: String)
    {
        let path = "\(directory)/\(name)"
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-addext", "subjectAltName=\(names)", "-keyout", path + ".key", "-out", path + ".csr",
        ])
        try openssl([
            "x509", "-req", "-in", path + ".csr", "-CA", certificate, "-CAkey", directory + "/ca.key",
            "-copy_extensions", "copy", "-days", "\(days)", "-out", path + ".pem",
        ])
        return (path + ".pem", path + ".key")
    }

    private func openssl(_ arguments: [String]) throws {
        try Self.openssl(arguments, in: directory)
    }

    /// A new Ed25519 private key in a PEM file of that path.
    static func makeSigningKey(_ path: String, in directory: String) throws {
        try openssl(["genpkey", "-algorithm", "ed25519", "-out", path], in: directory)
    }

    private static func openssl(_ arguments: [String], in directory: String) throws {
        let process = try ChildProcess(
            "/usr/bin/openssl",
            arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": directory],
            outputPath: directory + "/openssl.log"
        )
        guard try process.wait(seconds: 30) == .status(0) else {
            throw HarnessError("openssl \(arguments.joined(separator: " ")): \(process.output)")
        }
    }
}
