import FleetModel
import Glibc

/// Hears what stand-ins have to say: a file `reboot:NODE` in the events folder; runs on the first loop.
final class EventDoor: Watcher {
    private let folder: String
    private let descriptor: Int32
    private let reboot: (NodeName) -> Void

    init(in folder: LabFolder, loop: ServerLoop, reboot: @escaping (NodeName) -> Void) throws(LabError) {
        self.folder = folder.events
        self.reboot = reboot
        for name in Files.names(in: folder.events) { unlink(folder.events + "/" + name) }
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0, inotify_add_watch(descriptor, folder.events, UInt32(IN_CLOSE_WRITE)) >= 0 else {
            throw LabError.system("inotify", on: folder.events)
        }
        loop.poller.watch(descriptor, for: .read, self)
    }

    deinit { close(descriptor) }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        // The folder itself says what happened; the events only say when to look.
        var events = [UInt8](repeating: 0, count: 4096)
        while events.withUnsafeMutableBytes({ read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
        for name in Files.names(in: folder) {
            unlink(folder + "/" + name)
            guard name.hasPrefix("reboot:"), let node = try? NodeName(String(name.dropFirst(7))) else { continue }
            reboot(node)
        }
    }
}
