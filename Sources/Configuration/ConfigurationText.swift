/// The texts that are made from the table.
package enum ConfigurationText {
    /// What `--check-config` prints: every key with its value, as a file that would set it so.
    package static func effective(_ loaded: LoadedConfiguration) -> String {
        var lines: [String] = []
        for section in ConfigurationSection.allCases {
            if !lines.isEmpty { lines.append("") }
            lines.append("[\(section.rawValue)]")
            for key in ConfigurationTable.keys where key.section == section {
                if let origin = loaded.origins[key.name] { lines.append("# set by \(origin)") }
                lines.append("\(key.name) = \(key.kind.write(loaded.configuration))".trimmedAtEnd)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What `--help` prints.
    package static var help: String {
        var text = """
            perdured, a server for durable execution.

            Usage: perdured [--config PATH] [--KEY VALUE]...

              --config PATH    Read this file instead of \(ConfigurationLoader.defaultPath); drop-ins are PATH.d/*.conf.
              --check-config   Print the configuration that would be used, or what is wrong with it, and end.
              --version        Print the version and end.
              --help           Print this text and end.

            Every key can be set in the file (key = value), by an environment variable (PERDURE_KEY_NAME) and by a
            flag, which wins. Switches take no value as flags.

            """
        for section in ConfigurationSection.allCases {
            text += "\n\(section.rawValue):\n"
            for key in ConfigurationTable.keys where key.section == section {
                text += "  \(key.flag)\(key.isSwitch ? "" : " VALUE")\n"
                let plain = key.summary.replacing("`", with: "")
                let note = "\(plain) (\(key.form); default: \(key.defaultText.replacing("`", with: "")))"
                for line in wrapped(note, columns: 94) { text += "      \(line)\n" }
            }
        }
        return text
    }

    /// The reference page, in Markdown.
    package static var reference: String {
        var text = """
            # Configuration of perdured

            This page is made from the table of keys in the program; `make docs` writes it anew.

            A key has one spelling everywhere. In rising order of precedence it is set

            1. in `/etc/perdure/perdured.conf`, or the file named by `--config PATH`, as `key = value`,
            2. in drop-ins, `/etc/perdure/perdured.conf.d/*.conf` (or `PATH.d/*.conf`), read in the order of their names,
            3. by an environment variable: `ingress-address` is `PERDURE_INGRESS_ADDRESS`,
            4. by a flag: `--ingress-address VALUE`; switches take no value.

            Lines that start with `#` or `;` are comments. Sections order the keys for readers; a key may also stand
            before the first section. An empty value brings the default back. A key or flag that does not exist is an
            error, a variable `PERDURE_…` that does not exist a warning.

            `perdured --check-config` prints the configuration that would be used and where each value comes from, or
            everything that is wrong with it, and then exits with status 0 or 2. `systemctl reload perdured`
            (or SIGHUP) reads everything again; when something is wrong nothing changes. Keys marked *restart* are then
            named in the log and wait for the next start.

            | form | examples |
            | --- | --- |
            | duration | `500ms`, `30s`, `1h 30m`, `1.5h`, `5 days`, `1 week`, `PT10M`, `0`; no years or months |
            | size | `65536`, `64KiB`, `32MiB`, `1GiB` |
            | address | `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; port 0 takes any free one |
            | switch | `on`, `off` (also `true`, `false`, `yes`, `no`) |

            """
        for section in ConfigurationSection.allCases {
            text += "\n## [\(section.rawValue)]\n\n| key | form | default | a change needs | meaning |\n"
            text += "| --- | --- | --- | --- | --- |\n"
            for key in ConfigurationTable.keys where key.section == section {
                let value =
                    key.defaultText.contains("`") || key.defaultText == "none"
                    ? key.defaultText : "`\(key.defaultText)`"
                text += "| `\(key.name)` | \(key.form) | \(value) | \(key.change.rawValue) | \(key.summary) |\n"
            }
        }
        return text
    }

    private static func wrapped(_ text: String, columns: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count + 1 > columns {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}

extension String {
    fileprivate var trimmedAtEnd: String { hasSuffix(" ") ? String(dropLast()) : self }
}
