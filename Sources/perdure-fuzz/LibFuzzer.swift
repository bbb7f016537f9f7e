import Fuzzing
import Glibc

// libFuzzer has the program's `main`, and calls what it finds by these names.

/// Called first, with the arguments: all that is no search is done here, and the process ends.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
) -> CInt {
    guard let start = arguments.pointee else { exit(2) }
    let strings = UnsafeBufferPointer(start: start, count: Int(count.pointee)).compactMap(\.self)
    let program = FuzzProgram(Array(strings.dropFirst().map { String(cString: $0) }))
    guard let target = program.targetToSearch else { exit(program.run()) }
    FuzzSearch.begin(target)
    // `search TARGET` is ours: the library sees the program's name and what follows.
    for place in strings.indices.dropFirst(1 + FuzzProgram.searchWords) {
        start[place - FuzzProgram.searchWords] = strings[place]
    }
    count.pointee -= CInt(FuzzProgram.searchWords)
    return 0
}

/// Called with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzSearch.read(UnsafeBufferPointer(start: bytes, count: count))
    return 0
}

/// Called for each new input to make.
@_cdecl("LLVMFuzzerCustomMutator")
func customMutator(
    _ bytes: UnsafeMutablePointer<UInt8>?,
    _ count: Int,
    _ countMax: Int,
    _ seed: CUnsignedInt
) -> Int {
    FuzzSearch.mutate(UnsafeMutableBufferPointer(start: bytes, count: countMax), count: count, seed: seed)
}
