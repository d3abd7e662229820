import Alerting
import FleetModel
import Testing

@Suite struct AlertTests {
    /// As `amtool` shows it for the same labels.
    @Test func `the fingerprint of labels is Prometheus' own`() {
        let labels = LabelSet([.init("name", "garply"), .init("alertname", "x")])
        #expect(LabelSet.empty.fingerprint == 14_695_981_039_346_656_037)
        #expect(labels.fingerprint == LabelSet([.init("alertname", "x"), .init("name", "garply")]).fingerprint)
    }

    @Test func `an alert whose end is reached is resolved`() {
        let moment = Timestamp(milliseconds: 1000)
        let alert = Alert(labels: .empty, annotations: .empty, startsAt: moment, endsAt: moment + .seconds(1))
        #expect(!alert.isResolved(at: moment))
        #expect(alert.isResolved(at: moment + .seconds(1)))
    }
}
