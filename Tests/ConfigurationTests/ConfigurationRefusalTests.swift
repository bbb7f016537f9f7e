import Configuration
import Testing

struct ConfigurationRefusalTests {
    @Test(arguments: [
        ("ingres-address = 1", "there is no key 'ingres-address'; did you mean 'ingress-address'?"),
        ("foo = 1", "there is no key 'foo'"),
        ("foo bar", "'foo bar' is neither a [Section] nor 'key = value'; comments start with #"),
        ("= 1", "'= 1' is neither a [Section] nor 'key = value'; comments start with #"),
        ("[Sever]", "there is no section [Sever]; did you mean [Server]?"),
        ("[Elsewhere]", "there is no section [Elsewhere]"),
        ("query-workers = many", "query-workers 'many' must be a whole number from 1 to 64"),
        ("query-workers = 0", "query-workers '0' must be a whole number from 1 to 64"),
        ("service-protocol-version-max = 8", "service-protocol-version-max '8' must be a whole number from 5 to 7"),
        ("connect-timeout = 0", "connect-timeout '0' is too short; the least is 1ms"),
        ("message-size-limit = 1GiB", "message-size-limit '1GiB' is out of range; it may be 1KiB to 512MiB"),
        ("log-level = loud", "log-level 'loud' must be one of debug, info, notice, warning, error"),
        ("admin-allow-remote = perhaps", "admin-allow-remote 'perhaps' must be on or off"),
        ("retry-factor = 0.5", "retry-factor '0.5' must be a number from 1.0 to 1000.0"),
        ("retry-factor = nan", "retry-factor 'nan' must be a number from 1.0 to 1000.0"),
        (
            "retry-attempts-max = 0",
            "retry-attempts-max '0' must be a whole number from 1 to 1000000, or unlimited"
        ),
        (
            "connect-timeout = 10",
            "connect-timeout '10' is no duration: the number has no unit; write one like 30s, 5m or 1h"
        ),
        (
            "message-size-limit = 5MB",
            "message-size-limit '5MB' is no size; write bytes, or a number with KiB, MiB or GiB like 32MiB"
        ),
    ])
    func whatIsWrongInAFileIsNamedWithItsPlace(line: String, problem: String) {
        #expect(problems(file: "# first\n\n" + line) == ["test.conf:3: " + problem])
    }

    @Test func aKeyInAnotherSectionIsRefused() {
        #expect(
            problems(file: "[Admin]\ningress-address = 127.0.0.1:1") == [
                "test.conf:2: the key 'ingress-address' belongs to section [Ingress], not to [Admin]"
            ]
        )
    }

    @Test(arguments: [
        "8080", "localhost", "example.org:80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
        "::1:8080", "[::1]", "[127.0.0.1]:80", "256.0.0.1:80", ":80", "127.1:80", "[::1]:8080 ,", "off",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(problems(arguments: ["--ingress-address", text]).count == 1)
    }

    @Test(arguments: [
        ("127.0.0.1:0", "127.0.0.1:0"), ("localhost:80", "127.0.0.1:80"), ("[::1]:65535", "[::1]:65535"),
        ("0.0.0.0:8080", "0.0.0.0:8080"),
    ])
    func addressesAreReadAndWritten(text: String, written: String) {
        #expect(ListenAddress(text)?.description == written)
    }

    @Test func everyProblemIsReportedAtOnce() {
        let found = problems(file: "a = 1\nlog-level = x", environment: ["PERDURE_QUERY_WORKERS": "x", "HOME": "/h"])
        #expect(found.count == 3)
        #expect(
            found.last
                == "environment variable PERDURE_QUERY_WORKERS: query-workers 'x' must be a whole number from 1 to 64"
        )
    }

    @Test(arguments: [
        (["--ingress-addres", "x"], "there is no flag '--ingress-addres'; did you mean '--ingress-address'?"),
        (["--nonsense-beyond-reason=1"], "there is no flag '--nonsense-beyond-reason'; perdured --help lists all"),
        (["-x"], "there is no flag '-x'"),
        (["--data-dir"], "the flag --data-dir needs a value"),
        (["--data-dir", "--check-config"], "the flag --data-dir needs a value"),
        (["--config"], "the flag --config needs a value"),
        (["--disable-eager-state=yes"], "the flag --disable-eager-state is a switch and takes no value"),
        (["--version=1"], "the flag --version is a switch and takes no value"),
        (["--disable-eager-state", "yes"], "'yes' is no flag"),
        (["run"], "'run' is no flag"),
        (["-"], "'-' is no flag"),
        (["--query-workers", "0"], "flag --query-workers: query-workers '0' must be a whole number from 1 to 64"),
    ])
    func wrongFlagsAreNamed(arguments: [String], problem: String) {
        let found = problems(arguments: arguments)
        #expect(found.first?.hasPrefix(problem) == true, "\(found)")
    }

    @Test func aSocketPathMustFitAnAddress() {
        let path = "/" + String(repeating: "a", count: 107)
        #expect(problems(arguments: ["--control-socket", path]).count == 1)
        #expect(problems(arguments: ["--control-socket", String(path.dropLast())]).isEmpty)
    }
}
