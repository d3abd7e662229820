import FlotillaCLI
import Foundation

Heap.settle()
signal(SIGPIPE, SIG_IGN)
OpenFiles.raiseLimit()

let hangUp = HangUpSignal()
let composition = FleetComposition(environment: ProcessInfo.processInfo.environment, hangUp: hangUp)
let name = CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent } ?? "flotilla"
var arguments = Array(CommandLine.arguments.dropFirst())
if name == "pop" {
    guard let ours = Invocation.fleetArguments(ofPop: arguments) else { exit(PopTool.handOver(arguments)) }
    arguments = ours
}

let words = arguments
// UNSTRUCTURED: the one root task, so that a signal can cancel it; awaited on the next line.
let run = Task { await Run.main(words, composition: composition) }
let signals = StopSignals { run.cancel() }
hangUp.stops { run.cancel() }
let code = await run.value
withExtendedLifetime(signals) {}
exit(code)
