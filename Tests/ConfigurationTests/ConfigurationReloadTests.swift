import Configuration
import Testing

struct ConfigurationReloadTests {
    @Test func aReloadTakesUpWhatItCanAndNamesTheRest() throws {
        let running = try resolve().configuration
        let read = try resolve(
            file: "query-workers = 7\nretry-factor = 4\ndata-dir = /d\ncontrol-socket = /c\nlog-level = debug\n"
        ).configuration
        let reload = ConfigurationReload(running: running, read: read)
        #expect(reload.takenUp == ["log-level", "retry-factor"])
        #expect(reload.needRestart == ["data-dir", "control-socket", "query-workers"])
        #expect(reload.configuration.retryFactor == 4)
        #expect(reload.configuration.queryWorkers == running.queryWorkers)
        #expect(reload.configuration.dataDirectory == running.dataDirectory)
    }

    @Test func withoutAChangeThereIsNothingToDo() throws {
        let running = try resolve().configuration
        let reload = ConfigurationReload(running: running, read: running)
        #expect(reload.takenUp.isEmpty)
        #expect(reload.needRestart.isEmpty)
        #expect(reload.configuration == running)
    }
}
