import Configuration
import ControlProtocol
import DurableModel
import EventLoop
import Glibc
import Logging
import Partition
import Runtime
import Systemd

/// Feeds the service manager's watchdog from the turn, so that a stuck one misses it.
struct Watchdog {
    private let intervalNanoseconds: UInt64
    private var lastFed: UInt64 = 0

    /// `nil` when nobody watches.
    init?() {
        guard let milliseconds = ServiceManager.takeWatchdogTimeout() else { return nil }
        intervalNanoseconds = milliseconds &* 1_000_000 / 3
    }

    mutating func feed(at monotonic: UInt64, _ manager: ServiceManager) {
        guard monotonic &- lastFed >= intervalNanoseconds else { return }
        lastFed = monotonic
        manager.watchdog()
    }
}

extension Daemon {
    /// Serves until it is told to stop; gives back the exit status.
    func serve() throws(DaemonError) -> Int32 {
        do throws(EventLoopError) {
            try watchSignals()
        } catch {
            throw .loop(error)
        }
        watchdog = Watchdog()
        runtime.onTurn = { [unowned self] in
            watchdog?.feed(at: loop.monotonicNanoseconds, manager)
        }
        if let identity {
            logger.log(.notice, "requests to deployments are signed", [.requestIdentity(identity.publicKey)])
        }
        faces.open()
        manager.ready(status: status)
        logger.log(
            .notice,
            "started",
            id: .started,
            [.version(ProgramVersion.current), .path(configuration.dataDirectory)]
        )
        let fault: PartitionFault?
        do throws(PartitionFault) {
            try runtime.run()
            fault = nil
        } catch {
            fault = error
        }
        end()
        if let fault { throw .storeFailed(fault.text) }
        logger.log(.notice, "stopped", id: .stopped)
        return ExitStatus.stopped
    }

    /// Ends everything in the reverse order of its making.
    private func end() {
        operations.close()
        client.flush()
        faces.drain()
        loop.flushDirtyStreams()
        faces.close()
        client.close()
        for signal in signals { signal.close() }
        signals = []
        loop.close()
    }

    private var status: String {
        let deployments = runtime.catalog.deployments.count
        return "Serving \(deployments) deployment(s), \(runtime.attemptCount) attempt(s) under way"
    }

    // MARK: Signals

    private func watchSignals() throws(EventLoopError) {
        for number in [SIGTERM, SIGINT] {
            signals.append(try loop.onSignal(number) { [unowned self] in stop() })
        }
        signals.append(try loop.onSignal(SIGHUP) { [unowned self] in reload() })
    }

    private func stop() {
        guard runtime.isServing else { return }
        manager.stopping(status: "Stopping: attempts under way have \(running.shutdownGrace.milliseconds) ms to end")
        logger.log(.notice, "stopping", [.count(Int64(runtime.attemptCount))])
        runtime.stop(grace: running.shutdownGrace)
        operations.close()
        faces.stopControl()
    }

    /// Reads the configuration again and takes up what can be; a wrong one changes nothing.
    private func reload() {
        manager.reloading()
        defer { manager.ready(status: status) }
        let read: LoadedConfiguration
        do throws(ConfigurationFailure) {
            read = try readConfiguration()
        } catch {
            logger.log(
                .error,
                "configuration refused, going on with the old one",
                id: .configurationRefused,
                [.error(error.description)]
            )
            return
        }
        let reload = ConfigurationReload(running: running, read: read.configuration)
        running = reload.configuration
        runtime.reload(running.settings)
        operations.reload(Self.queryLimits(running))
        faces.reload(running)
        logger.level = running.logLevel.logged
        for key in reload.needRestart {
            logger.log(
                .warning,
                "configuration key needs a restart",
                id: .configurationNeedsRestart,
                [.configurationKey(key)]
            )
        }
        logger.log(.notice, "reloaded", [.count(Int64(reload.takenUp.count))])
    }
}
