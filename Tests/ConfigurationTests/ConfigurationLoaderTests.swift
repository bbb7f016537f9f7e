import Configuration
import DurableModel
import Testing

struct ConfigurationLoaderTests {
    @Test func withoutAnySourceTheDefaultsHold() throws {
        let loaded = try resolve()
        #expect(loaded.configuration.dataDirectory == "/home/op/.local/state/perdure")
        #expect(loaded.configuration.controlSocket == "/home/op/.local/state/perdure/control.sock")
        #expect(loaded.configuration.ingressAddress.description == "127.0.0.1:8080")
        #expect(loaded.configuration.adminAddress?.description == "127.0.0.1:9070")
        var settings = Settings()
        // The pure rooms count a whole message, the key only the value in it.
        settings.messageBytesMax = loaded.configuration.settings.messageBytesMax
        #expect(loaded.configuration.settings == settings)
        #expect(loaded.origins.isEmpty)
        #expect(loaded.warnings.isEmpty)
    }

    @Test func systemdsStateDirectoryGoesBeforeTheHome() throws {
        let loaded = try resolve(environment: ["STATE_DIRECTORY": "/var/lib/perdure:/other", "HOME": "/home/op"])
        #expect(loaded.configuration.dataDirectory == "/var/lib/perdure")
    }

    @Test func laterSourcesGoOverEarlierOnes() throws {
        let files = [
            ConfigurationFile(path: "a", text: "ingress-address = 127.0.0.1:1\nquery-workers = 3\nlog-level = debug"),
            ConfigurationFile(path: "a.d/b", text: "ingress-address = 127.0.0.1:2\nconnect-timeout = 3s"),
        ]
        let environment = [
            "HOME": "/h", "PERDURE_INGRESS_ADDRESS": "127.0.0.1:3", "PERDURE_LOG_LEVEL": "error",
            "PERDURE_CONNECT_TIMEOUT": "",
        ]
        let loaded = try resolve(
            files: files,
            environment: environment,
            arguments: ["--ingress-address", "127.0.0.1:4"]
        )
        #expect(loaded.configuration.ingressAddress.port == 4)
        #expect(loaded.configuration.logLevel == .error)
        #expect(loaded.configuration.connectTimeout == .seconds(3))
        #expect(loaded.configuration.queryWorkers == 3)
        #expect(
            loaded.origins == [
                "ingress-address": .flag("--ingress-address"),
                "log-level": .environment(variable: "PERDURE_LOG_LEVEL"),
                "connect-timeout": .file(path: "a.d/b", line: 2),
                "query-workers": .file(path: "a", line: 2),
            ]
        )
    }

    @Test func anEmptyValueBringsTheDefaultBack() throws {
        let loaded = try resolve(file: "query-workers = 9\nquery-workers =\n")
        #expect(loaded.configuration.queryWorkers == 2)
        #expect(loaded.origins.isEmpty)
    }

    @Test func everyKeyIsReadInEveryWayItCanBeWritten() throws {
        for key in ConfigurationTable.keys {
            let value = try #require(sample(for: key))
            let byFile = try resolve(file: "[\(key.section.rawValue)]\n\(key.name) = \(value)")
            let byVariable = try resolve(environment: ["HOME": "/home/op", key.variable: value])
            let byFlag = try resolve(arguments: key.isSwitch ? [key.flag] : [key.flag, value])
            #expect(byFile.configuration == byVariable.configuration, "\(key.name)")
            #expect(byFile.configuration == byFlag.configuration, "\(key.name)")
            #expect(byFile.configuration != (try resolve().configuration), "\(key.name)")
            #expect(byVariable.warnings.isEmpty)
        }
    }

    /// A value of the key's form that is not its default.
    private func sample(for key: ConfigurationKey) -> String? {
        switch key.form {
        case "path": "/somewhere/else"
        case "name": "operators"
        case "address", "address or off": "127.0.0.1:1234"
        case "duration": "7m"
        case "size": "17MiB"
        case "switch": "on"
        case "factor": "1.5"
        case "number or unlimited": "unlimited"
        case "number": key.name == "service-protocol-version-max" ? "6" : "5"
        case let words: words.split(separator: ", ").last.map(String.init)
        }
    }

    @Test func valuesArriveInTheSettingsOfThePureRooms() throws {
        let loaded = try resolve(
            file: """
                [Retry]
                retry-initial-interval = 1s
                retry-factor = 3
                retry-interval-max = 10s
                retry-attempts-max = unlimited
                retry-on-max-attempts = kill
                [Invocations]
                service-protocol-version-max = 5
                disable-eager-state = yes
                eager-state-size-limit = 64KiB
                """
        )
        let settings = loaded.configuration.settings
        #expect(
            settings.retryPolicy
                == RetryPolicy(
                    initialInterval: .seconds(1),
                    factor: 3,
                    intervalMax: .seconds(10),
                    attemptsMax: nil,
                    onMaxAttempts: .kill
                )
        )
        #expect(settings.protocolVersionMax == 5)
        #expect(settings.lazyState)
        #expect(settings.eagerStateBytesMax == 65536)
    }

    @Test func theAdminAddressCanBeSwitchedOff() throws {
        #expect(try resolve(arguments: ["--admin-address", "off"]).configuration.adminAddress == nil)
    }

    @Test func aRemoteAdminAddressIsAllowedOnlyOnRequest() throws {
        #expect(problems(arguments: ["--admin-address", "0.0.0.0:9070"]).first?.contains("admin-allow-remote") == true)
        #expect(problems(arguments: ["--admin-address", "[::]:9070"]).count == 1)
        #expect(problems(arguments: ["--admin-address", "[::1]:9070"]).isEmpty)
        #expect(problems(arguments: ["--admin-address", "127.9.9.9:9070"]).isEmpty)
        #expect(problems(arguments: ["--admin-address", "0.0.0.0:9070", "--admin-allow-remote"]).isEmpty)
    }

    @Test func unknownVariablesOfOursAreWarnedAbout() throws {
        let loaded = try resolve(environment: [
            "HOME": "/h", "PERDURE_INGRES_ADDRESS": "x", "PERDURE_SOCKET": "/s", "PERDURE_WHATEVER_IT_IS": "",
            "OTHER": "",
        ])
        #expect(
            loaded.warnings == [
                .unknownVariable("PERDURE_INGRES_ADDRESS", nearest: "PERDURE_INGRESS_ADDRESS"),
                .unknownVariable("PERDURE_WHATEVER_IT_IS", nearest: nil),
            ]
        )
        #expect(loaded.warnings[0].description.contains("did you mean PERDURE_INGRESS_ADDRESS?"))
    }

    @Test func withoutAPlaceForTheDataTheStartIsRefused() {
        #expect(problems(environment: [:]).first?.contains("--data-dir") == true)
    }

    @Test func bothFacesNeedAnAddressOfTheirOwn() {
        #expect(
            problems(arguments: ["--admin-address", "127.0.0.1:8080"]).first
                == "ingress-address and admin-address are both 127.0.0.1:8080; they need one each"
        )
        #expect(
            problems(arguments: ["--admin-address", "127.0.0.1:0", "--ingress-address", "127.0.0.1:0"]).isEmpty
        )
    }
}
