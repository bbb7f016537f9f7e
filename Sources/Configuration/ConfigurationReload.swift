/// What a reload makes of a configuration that was read again.
package struct ConfigurationReload: Sendable {
    /// What goes on from here: the running configuration with every changed key that a reload takes up.
    package let configuration: DaemonConfiguration
    /// Names of the keys that are taken up, in the order of the table.
    package let takenUp: [String]
    /// Names of the keys that have changed but stay as they are until a restart.
    package let needRestart: [String]

    /// Compares what is running with what was read.
    package init(running: DaemonConfiguration, read: DaemonConfiguration) {
        var merged = running
        var takenUp: [String] = []
        var needRestart: [String] = []
        for key in ConfigurationTable.keys where key.kind.write(running) != key.kind.write(read) {
            switch key.change {
            case .onReload:
                key.kind.copy(read, &merged)
                takenUp.append(key.name)
            case .onRestart:
                needRestart.append(key.name)
            }
        }
        self.configuration = merged
        self.takenUp = takenUp
        self.needRestart = needRestart
    }
}
