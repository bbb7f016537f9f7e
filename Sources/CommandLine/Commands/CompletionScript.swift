extension CommandTable {
    /// `completion`
    static let completion = Command(
        "completion",
        "print the script that lets a shell complete commands, options and ids",
        arguments: [
            Command.Argument("SHELL", "bash, zsh or fish", completes: .words(CompletionScript.allCases.map(\.rawValue)))
        ],
        examples: [
            "perdure completion bash > /usr/share/bash-completion/completions/perdure",
            "perdure completion zsh > /usr/share/zsh/site-functions/_perdure",
            "perdure completion fish > ~/.config/fish/completions/perdure.fish",
        ]
    ) { call throws(ClientError) in
        guard let script = CompletionScript(rawValue: call.argument(0)) else {
            throw .usage("there is no script for \(call.argument(0))", hint: "there are: bash, zsh, fish")
        }
        return Rendering(verbatim: script.text)
    }

    /// `complete`: what the scripts ask for at each completion.
    static let complete = Command(
        "complete",
        "print what the last of the words may become",
        arguments: [Command.Argument("WORD", "the words typed so far", isOptionalList: true)],
        isHidden: true
    ) { call throws(ClientError) in
        let found = Completion(call: call).candidates(for: call.parsed.arguments)
        return Rendering(verbatim: found.map { $0 + "\n" }.joined())
    }
}

/// The scripts: each asks the client itself, so that they never lag behind it.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    /// The script.
    var text: String {
        let program = CommandTable.program
        return switch self {
        case .bash:
            """
            _\(program)() {
                local IFS=$'\\n'
                COMPREPLY=($(\(program) complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            }
            complete -o bashdefault -o default -F _\(program) \(program)

            """
        case .zsh:
            """
            #compdef \(program)
            _\(program)() {
                local -a found
                found=("${(@f)$(\(program) complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
                if [[ -n "${found[1]}" ]]; then
                    compadd -- "${found[@]}"
                else
                    _files
                fi
            }
            if [[ "${funcstack[1]}" == _\(program) ]]; then
                _\(program) "$@"
            else
                compdef _\(program) \(program)
            fi

            """
        case .fish:
            """
            function __\(program)_complete
                set -l typed (commandline -opc) (commandline -ct)
                \(program) complete -- $typed[2..-1] 2>/dev/null
            end
            complete -c \(program) -f -a '(__\(program)_complete)'

            """
        }
    }
}
