import FleetModel
import Glibc

/// One thread's share of the lab: its poller, timers and nodes. Only ever touched on that thread.
final class ServerLoop {
    let poller: Poller
    let clock: LabClock
    let settings: LabSettings
    let census: LabCensus
    private let plan: LabPlan
    /// Shared by all reads of the thread: what is read is passed on before the next read.
    var scratch = [UInt8](repeating: 0, count: 32 * 1024)
    var nodes: [Int: NodeServer] = [:]
    private var timers = Timers()
    private var isStopping = false
    private var doors: [AnyObject] = []

    init(plan: LabPlan, settings: LabSettings, clock: LabClock, census: LabCensus) throws {
        self.plan = plan
        self.poller = try Poller()
        self.settings = settings
        self.clock = clock
        self.census = census
    }

    func after(_ delay: Duration, _ work: @escaping () -> Void) {
        timers.add(at: clock.monotonic() + delay, work)
    }

    /// Runs until `stop`, then closes every node.
    func run() {
        while !isStopping {
            poller.wait(milliseconds: patience())
            while !isStopping, let work = timers.popDue(at: clock.monotonic()) { work() }
        }
        for node in nodes.values { node.stop() }
        nodes = [:]
        doors = []
    }

    /// Whether a node of the lab, of whichever thread, listens there for SSH.
    func isOfTheLab(_ host: String, port: UInt16) -> Bool {
        plan.hasNode(at: host, port: port)
    }

    /// Keeps something alive as long as the loop runs.
    func keep(_ door: AnyObject) { doors.append(door) }

    func stop() { isStopping = true }

    private func patience() -> Int32 {
        guard let next = timers.next else { return -1 }
        // Rounded up: waking a little early would spin until the moment comes.
        return Int32(clamping: max(0, (next - clock.monotonic()).milliseconds + 1))
    }
}
