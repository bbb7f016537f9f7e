import ControlProtocol
import Glibc

/// Why a text could not be edited.
package struct EditorFailure: Error, Equatable {
    /// What went wrong, and where.
    package let reason: String

    /// A failure for this reason.
    package init(reason: String) { self.reason = reason }
}

/// Lets a person edit a text with the program of their choice.
enum Editor {
    /// What there is where nothing was chosen.
    static let usual = "vi"

    /// What the person has chosen, as a line for the shell.
    static func chosen(_ environment: [String: String]) -> String? {
        ["VISUAL", "EDITOR"].compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    /// The text as it is when the editor ends. It lies in a file of its own that only this user can read, for that long.
    static func edit(
        _ text: String,
        with command: String,
        in directory: String
    ) -> Result<String, EditorFailure> {
        keep(text, in: directory).flatMap { path in
            defer { unlink(path) }
            // The directory may have a name that the shell would take apart.
            let status = system("\(command) '\(path.escaping("'", as: #"'\''"#))'")
            guard status == 0 else { return .failure(EditorFailure(reason: "the editor failed: \(command)")) }
            guard let edited = TextFile.read(path) else {
                return .failure(EditorFailure(reason: "what the editor left in \(path) cannot be read"))
            }
            return .success(edited)
        }
    }

    /// Where files lie for a while.
    static func directory(_ environment: [String: String]) -> String {
        environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// Puts a text into a new file that only this user can read; where that is.
    static func keep(_ text: String, in directory: String) -> Result<String, EditorFailure> {
        var template = Array("\(directory)/perdure-XXXXXX.json".utf8CString)
        let descriptor = mkstemps(&template, 5)
        guard descriptor >= 0 else {
            return .failure(EditorFailure(reason: "no file could be made: \(SystemError.text(errno))"))
        }
        close(descriptor)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let reason = TextFile.write(path, text) else { return .success(path) }
        unlink(path)
        return .failure(EditorFailure(reason: reason))
    }
}
