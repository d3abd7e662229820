package import Hummingbird

/// A part of the server's API: its routes stand in one place and are added as one.
package protocol RouteGroup: Sendable {
    func addRoutes(to router: Router<ServerContext>)
}
