import Glibc
import Testing

@Suite struct UnitFilesTests {
    private static let analyze = "/usr/bin/systemd-analyze"

    private func settings(_ unit: String) throws -> [String] {
        try readText(packageFile("systemd/\(unit)")).split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && !$0.hasPrefix("[")
        }
    }

    /// Each protection by name: what a later systemd switches on by itself, ours has already, and what it drops is missed here.
    @Test(arguments: [
        "Type=notify", "NotifyAccess=main", "ExecStart=/usr/bin/perdured", "ExecReload=/usr/bin/kill -HUP $MAINPID",
        "User=perdure", "Group=perdure", "Restart=on-failure", "StateDirectory=perdure", "StateDirectoryMode=0700",
        "RuntimeDirectory=perdure", "RuntimeDirectoryPreserve=yes", "UMask=0077", "OOMPolicy=continue",
        "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateMounts=yes", "PrivateDevices=yes",
        "DevicePolicy=closed", "ProtectProc=invisible", "ProcSubset=pid", "NoNewPrivileges=yes",
        "CapabilityBoundingSet=", "AmbientCapabilities=", "RestrictSUIDSGID=yes", "RestrictNamespaces=yes",
        "RestrictRealtime=yes", "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "KeyringMode=private",
        "RemoveIPC=yes", "PrivateIPC=yes", "ProtectClock=yes", "ProtectControlGroups=yes", "ProtectHostname=yes",
        "ProtectKernelLogs=yes", "ProtectKernelModules=yes", "ProtectKernelTunables=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
    ])
    func serviceSetsEachProtectionByName(setting: String) throws {
        #expect(try settings("perdured.service").filter { $0 == setting }.count == 1)
    }

    @Test func serviceGivesTimeEnough() throws {
        let settings = try settings("perdured.service")
        func seconds(_ name: String) -> Int? {
            settings.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
        }
        #expect((seconds("WatchdogSec") ?? 0) >= 30)
        #expect((seconds("TimeoutStopSec") ?? 0) > 20)
    }

    @Test(arguments: [
        "ListenStream=%t/perdure/control.sock", "FileDescriptorName=control", "SocketMode=0660", "SocketGroup=perdure",
        "RemoveOnStop=yes",
    ])
    func socketIsTheGroups(setting: String) throws {
        #expect(try settings("perdured.socket").filter { $0 == setting }.count == 1)
    }

    /// Skipped where there is no systemd-analyze.
    @Test(.enabled(if: access(analyze, X_OK) == 0))
    func systemdTakesTheUnits() throws {
        let directory = try TemporaryDirectory()
        for unit in ["perdured.service", "perdured.socket"] {
            // The program is not installed where the tests run.
            let text = try readText(packageFile("systemd/\(unit)")).split(
                separator: "\n",
                omittingEmptySubsequences: false
            ).map { $0 == "ExecStart=/usr/bin/perdured" ? "ExecStart=/bin/true" : $0 }.joined(separator: "\n")
            try writeText(text, to: "\(directory.path)/\(unit)")
        }
        let paths = ["perdured.service", "perdured.socket"].map { "\(directory.path)/\($0)" }
        let verify = try runProgram(Self.analyze, ["verify", "--man=no"] + paths, in: directory)
        let complaints = verify.output.split(separator: "\n").filter { $0.contains("perdured") }
        #expect(verify.status == 0 && complaints.isEmpty, "\(verify.output)")
        let security = try runProgram(
            Self.analyze,
            ["security", "--offline=yes", "--threshold=20", paths[0]],
            in: directory
        )
        #expect(security.status == 0, "more exposed than 2.0: \(security.output)")
    }
}
