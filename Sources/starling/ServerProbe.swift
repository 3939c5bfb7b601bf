import Foundation
import NetworkDriver
import Scenario

/// Asks a server over HTTP what it speaks: one request for each dialect that answers one.
struct ServerProbe {
    enum Finding: Equatable {
        /// - Parameter resource: Where it speaks that; `nil` for where it was asked.
        case speaks(Scenario.Target.SignalingProtocol, resource: String?)
        /// Something answers, in no dialect that is known by HTTP alone.
        case unknown
        case silent(String)
    }

    private struct Silence: Error {
        let reason: String
    }

    /// How long one request may take, and how much of its answer is read.
    private static let patience = 2
    private static let longestAnswer = 4096

    private let url: SignalingURL

    init(_ url: SignalingURL) {
        self.url = url
    }

    var finding: Finding {
        guard !url.isSecure else { return .silent("servers with TLS are not asked; '--protocol' says what this one speaks") }
        do throws(Silence) {
            // The reference server speaks Socket.IO and PeerJS as well; its own dialect tells most.
            if try get("/readyz").contains(#""participants":"#) {
                return .speaks(.starling, resource: url.resource == "/" ? "/ws" : nil)
            }
            // What an Engine.IO server of protocol 4 says first.
            if try get("/socket.io/?EIO=4&transport=polling").contains(#"0{"sid""#) {
                return .speaks(.socketio, resource: url.resource.hasPrefix("/socket.io") ? nil : "/")
            }
            if try get("/").contains("PeerJS") { return .speaks(.peerjs, resource: nil) }
            if try get("/peerjs/id").hasPrefix("HTTP/1.1 200") { return .speaks(.peerjs, resource: nil) }
            return .unknown
        } catch {
            return .silent(error.reason)
        }
    }

    /// - Returns: Head and body of the answer.
    private func get(_ target: String) throws(Silence) -> String {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(url.host, String(url.port), &hints, &found) == 0, let first = found else {
            throw Silence(reason: "there is no host '\(url.host)'")
        }
        defer { freeaddrinfo(found) }
        var place: UnsafeMutablePointer<addrinfo>? = first
        var error: Int32 = 0
        // A name may have addresses on which nobody listens, such as ::1 of localhost.
        while let address = place {
            let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, address.pointee.ai_protocol)
            guard descriptor >= 0 else { throw Silence(reason: String(cString: strerror(errno))) }
            defer { close(descriptor) }
            var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            if connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
                return try ask(target, over: descriptor)
            }
            error = errno
            place = address.pointee.ai_next
        }
        let reason = error == EINPROGRESS ? "no answer within \(Self.patience) s" : String(cString: strerror(error))
        throw Silence(reason: reason.prefix(1).lowercased() + reason.dropFirst())
    }

    private func ask(_ target: String, over descriptor: Int32) throws(Silence) -> String {
        let request = Array("GET \(target) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Silence(reason: "it takes no request")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: Self.longestAnswer)
        while answer.count < Self.longestAnswer {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        guard !answer.isEmpty else { throw Silence(reason: "it says nothing over HTTP within \(Self.patience) s") }
        return String(decoding: answer, as: UTF8.self)
    }
}
