extension CommandTable {
    /// `manual`: for whoever packages the client.
    static let manual = Command(
        "manual",
        "write the manual pages into a directory",
        arguments: [Command.Argument("DIR", "a directory that is there", completes: .files)],
        examples: ["perdure manual /usr/share/man/man1"],
        isHidden: true
    ) { call throws(ClientError) in
        var written = Page()
        for page in ManualPage.all {
            let path = "\(call.argument(0))/\(page.name).1"
            if let reason = call.surroundings.writeFile(path, page.text) { throw .outputFailed(reason) }
            written.add(.text(path))
        }
        return Rendering(page: written)
    }
}
