import Testing

@testable import FlotillaCLI
