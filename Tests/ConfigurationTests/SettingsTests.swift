import Configuration
import Testing

@Suite struct SettingsTests {
    @Test func aHandlerMayGiveBackTheLargestBodyThatTheIngressLetsIn() {
        let configuration = DaemonConfiguration()
        // An Output command puts two fields around the value.
        let fieldHeaders = 2 * 6
        #expect(configuration.settings.messageBytesMax >= configuration.requestBytesMax + fieldHeaders)
    }
}
