import Glibc

/// Asks systemd about the daemon, for the explanation of why it cannot be reached.
enum ServiceManager {
    /// The directory that is there if and only if systemd runs this machine (sd_booted(3)).
    private static let bootedMark = "/run/systemd/system"
    /// A constant command line: nothing from outside is in it. A service manager that is stuck is not waited for.
    private static let question = "timeout 2 systemctl is-active perdured.service 2>/dev/null"
    private static let answerBytesMax = 64

    /// Such as `active`, `inactive` or `failed`; nil if there is no systemd or it does not say.
    static func stateOfDaemon() -> String? {
        guard access(bootedMark, F_OK) == 0, let stream = popen(question, "re") else { return nil }
        defer { pclose(stream) }
        var buffer = [UInt8](repeating: 0, count: answerBytesMax)
        let count = fread(&buffer, 1, answerBytesMax, stream)
        let word = buffer.prefix(count).prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
    }
}
