import Glibc
import Processes
import Systemd
import Testing

/// Each in a process of its own, since what systemd says it says in the environment.
@Suite struct ServiceManagerTests {
    @Test func messagesReachTheServiceManager() throws {
        try inOwnProcess {
            let socket = try NotifySocket()
            let manager = ServiceManager()
            manager.ready(status: "serving 3 deployments")
            #expect(socket.message() == "READY=1\nSTATUS=serving 3 deployments")
            manager.status("recovering, 40 % done")
            #expect(socket.message() == "STATUS=recovering, 40 % done")
            manager.watchdog()
            #expect(socket.message() == "WATCHDOG=1")
            manager.extendTimeout(milliseconds: 15_000)
            #expect(socket.message() == "EXTEND_TIMEOUT_USEC=15000000")
            manager.stopping(status: "finishing 2 attempts")
            #expect(socket.message() == "STOPPING=1\nSTATUS=finishing 2 attempts")
            #expect(socket.message() == nil)
        }
    }

    @Test func reloadingTellsTheMonotonicTime() throws {
        try inOwnProcess {
            let socket = try NotifySocket()
            var before = timespec()
            clock_gettime(CLOCK_MONOTONIC, &before)
            ServiceManager().reloading()
            let message = try #require(socket.message())
            let prefix = "RELOADING=1\nMONOTONIC_USEC="
            #expect(message.hasPrefix(prefix))
            let told = try #require(Int(message.dropFirst(prefix.count)))
            #expect(told >= before.tv_sec * 1_000_000 + before.tv_nsec / 1000)
        }
    }

    @Test func statusCannotSmuggleAnotherVariable() throws {
        try inOwnProcess {
            let socket = try NotifySocket()
            ServiceManager().status("one\nSTOPPING=1\r\0end")
            #expect(socket.message() == "STATUS=one STOPPING=1  end")
        }
    }

    @Test func withoutASocketNothingHappens() throws {
        try inOwnProcess {
            for value in ["", "/nowhere/at/all", "relative"] {
                setenv("NOTIFY_SOCKET", value, 1)
                ServiceManager().ready(status: "serving")
            }
            unsetenv("NOTIFY_SOCKET")
            ServiceManager().ready(status: "serving")
            ServiceManager().watchdog()
        }
    }

    @Test func watchdogIsTakenOnlyWhenItMeansThisProcess() throws {
        try inOwnProcess {
            unsetenv("WATCHDOG_USEC")
            unsetenv("WATCHDOG_PID")
            #expect(ServiceManager.takeWatchdogTimeout() == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            #expect(ServiceManager.takeWatchdogTimeout() == 30_000, "meant for whoever reads it")
            #expect(getenv("WATCHDOG_USEC") == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", "1", 1)
            #expect(ServiceManager.takeWatchdogTimeout() == nil)
            setenv("WATCHDOG_USEC", "45500000", 1)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(ServiceManager.takeWatchdogTimeout() == 45_500)
            for nonsense in ["", "0", "-1", "soon", "99999999999999999999999"] {
                setenv("WATCHDOG_USEC", nonsense, 1)
                #expect(ServiceManager.takeWatchdogTimeout() == nil)
            }
        }
    }
}
