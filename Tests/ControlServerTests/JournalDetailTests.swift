import Testing

@testable import ControlServer

@Suite struct JournalDetailTests {
    @Test(
        arguments: [
            (
                #"{"Command":{"Call":{"invocation_target":{"Service":{"name":"G","handler":"h"}},"name":"x"}}}"#,
                "G/h"
            ),
            (
                #"{"Command":{"OneWayCall":{"invocation_target":{"VirtualObject":{"name":"C","key":"k","handler":"h"}},"#
                    + #""invoke_time":1767323045678}}}"#,
                "C/k/h at 2026-01-02T03:04:05.678Z"
            ),
            (
                #"{"Command":{"OneWayCall":{"invocation_target":{"Service":{"name":"G","handler":"h"}},"#
                    + #""invoke_time":0}}}"#,
                "G/h"
            ),
            (
                #"{"Command":{"Sleep":{"wake_up_time":1767323045678,"completion_id":1}}}"#,
                "until 2026-01-02T03:04:05.678Z"
            ),
            (#"{"Command":{"GetEagerState":{"key":"count","result":"Void"}}}"#, "count"),
            (#"{"Command":{"SendSignal":{"target_invocation_id":"inv_1","signal_id":1}}}"#, "inv_1"),
            (
                #"{"Notification":{"Completion":{"CallInvocationId":{"completion_id":1,"invocation_id":"inv_2"}}}}"#,
                "inv_2"
            ),
            (#"{"Command":{"Run":{"completion_id":1,"name":"x"}}}"#, nil),
            (#"{"Notification":{"ty":{"Completion":"Run"},"id":1,"result":"Success"}}"#, nil),
            ("nonsense", nil),
        ] as [(String, String?)]
    )
    func `an entry says whom it calls and until when it sleeps`(json: String, detail: String?) {
        #expect(JournalDetail.text(of: json) == detail)
    }
}
